/// What operations are called in Chinese. An operation that is not listed keeps its English name.
enum OperationTerms {
    static func chinese(_ name: String) -> String {
        if let term = terms[name] { return term }
        let suffix = " gradient"
        guard name.hasSuffix(suffix), let term = terms[String(name.dropLast(suffix.count))] else { return name }
        return term + "的梯度"
    }

    private static let terms = [
        "AdamW step": "AdamW 更新", "attention gather": "注意力汇集", "attention mix": "注意力混合",
        "attention prefix gather": "前缀的注意力汇集", "attention scores": "注意力分数", "causal softmax": "因果 softmax",
        "clipped gradient": "裁剪后的梯度", "column products": "逐列乘积之和", "column sums": "逐列求和", "columns": "若干列",
        "concatenated columns": "列的拼接", "constant": "常数", "counted rows": "计入损失的行", "cross-entropy": "交叉熵",
        "distance from the identity": "与单位矩阵的距离", "element product": "逐元素乘积", "first moment": "一阶矩", "gelu": "GELU",
        "global norm": "全局范数", "identity": "恒等", "inner products": "内积", "layer normalisation": "层归一化",
        "layer normalisation scale gradient": "层归一化缩放参数的梯度", "linear": "线性变换",
        "linear, weights in 4 bits": "4 位权重的线性变换", "look-up": "查表", "matrix product": "矩阵乘积",
        "matrix product by adapter": "按适配器的矩阵乘积", "mean": "平均", "outer product": "外积", "placed rows": "行放回原位",
        "ReLU": "ReLU", "root-mean-square normalisation": "均方根归一化",
        "root-mean-square normalisation scale gradient": "均方根归一化缩放参数的梯度", "rotary embedding": "旋转位置嵌入",
        "rotation": "旋转角", "rows": "若干行", "scaled columns": "逐列缩放", "scaling": "缩放", "second moment": "二阶矩",
        "side by side": "并排", "sigmoid": "sigmoid", "silu": "SiLU", "softmax": "softmax", "stacked rows": "行的堆叠", "sum": "求和",
        "tanh": "tanh", "cosine": "余弦", "norm": "范数", "norm-of-difference": "差的范数", "difference": "差", "dot": "点积",
        "exp": "指数", "product": "乘积", "corrected": "修正后的矩", "push": "更新量", "decay": "权重衰减量", "prompt-share": "提示的份额",
        "text-share": "文本的份额", "text-part": "文本部分", "prompt-part": "提示部分", "mean-over-text": "文本上的平均",
        "mean-over-prompt": "提示上的平均",
        "low-rank-change": "低秩改变量", "relative-error": "相对误差", "mean-difference": "平均值之差", "share": "占比",
        "share-within-text": "文本内的份额",
    ]

    static func isKnown(_ name: String) -> Bool { chinese(name) != name || terms[name] != nil }
}
