"""Makes the fixtures beside it with the libraries whose files Interchange reads.

usage: python make_fixtures.py        (needs torch, transformers, peft, tokenizers and safetensors)

Every part is seeded, so running it again with the same versions gives the same bytes.
"""
import json
import random
import shutil
from pathlib import Path

import torch
from peft import AdaLoraConfig, LoraConfig, PrefixTuningConfig, PromptEncoderConfig, PromptTuningConfig, get_peft_model
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models as token_models, pre_tokenizers, processors, trainers
from transformers import AutoModelForCausalLM, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

HERE = Path(__file__).parent
torch.set_num_threads(1)


def fresh(name):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def safetensors_files():
    """Files that the Python library wrote: every element type, odd shapes, metadata."""
    folder = fresh("safetensors")
    row = torch.tensor([0.0, -0.0, 1.0, -2.5, 0.1, 65504.0, 6e-8, float("inf"), float("-inf")])
    whole = torch.tensor([0, 1, -1, 127, -128])
    save_file(
        {
            "half": row.to(torch.float16),
            "brain": row.to(torch.bfloat16),
            "single": row,
            "double": row.to(torch.float64),
            "long": whole * 1000,
            "int": whole.to(torch.int32),
            "short": whole.to(torch.int16),
            "byte": whole.to(torch.int8),
            "unsigned": torch.tensor([0, 1, 255], dtype=torch.uint8),
            "truth": torch.tensor([[True, False], [False, True]]),
            "scalar": torch.tensor(3.5),
            "empty": torch.zeros(0, 4),
            "权重": torch.arange(6, dtype=torch.float32).reshape(2, 3),
            'a "quoted" \\ name/with\ttab': torch.ones(1),
        },
        folder / "every-type.safetensors",
    )
    torch.manual_seed(1)
    save_file({f"layer.{i}": torch.randn(3, i + 1) for i in range(11)}, folder / "float32.safetensors", metadata={"format": "pt"})


def liven(model):
    """Weights large enough that attention is far from uniform; biases and norms away from their defaults."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.mul_(6.0)
            else:
                parameter.add_(0.1 * torch.randn_like(parameter))
    return model


def models():
    """Model folders as transformers saves them."""
    torch.manual_seed(7)
    gpt2 = dict(resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, attn_implementation="eager", bos_token_id=0, eos_token_id=0)
    model = liven(GPT2LMHeadModel(GPT2Config(vocab_size=97, n_positions=64, n_embd=32, n_layer=3, n_head=4, **gpt2)))
    model.save_pretrained(fresh("models/gpt2"))
    torch.manual_seed(8)
    small = liven(GPT2LMHeadModel(GPT2Config(vocab_size=20, n_positions=12, n_embd=8, n_layer=2, n_head=2, n_inner=20, **gpt2)))
    small.save_pretrained(fresh("models/gpt2-small"))
    small.to(torch.float16).save_pretrained(fresh("models/gpt2-float16-sharded"), max_shard_size="2KB")
    torch.manual_seed(9)
    llama = dict(attn_implementation="eager", bos_token_id=0, eos_token_id=0, vocab_size=30, hidden_size=16, intermediate_size=24)
    heads = dict(num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=32)
    liven(LlamaForCausalLM(LlamaConfig(**llama, **heads, tie_word_embeddings=True))).save_pretrained(fresh("models/llama"))
    liven(LlamaForCausalLM(LlamaConfig(**llama, **heads, tie_word_embeddings=False))).to(torch.bfloat16).save_pretrained(
        fresh("models/llama-untied-bfloat16")
    )


TRAINING_TEXT = """
The prompt comes first, and the model reads it before anything else. A soft prompt isn't made of words: it's made of numbers.
When we tune a prompt, the model's weights don't move; they're frozen, and only twenty rows of numbers learn.
Every row is as wide as an embedding. The rows stand where words would stand, so attention can look back at them.
I'll read the first line, you'll read the second, and we've read the third. She'd say that he's late; I'm not sure.
In 1995 there were 12 apples, 345 pears and 6789 plums on the table; by 2021 only 10 of them were left.
The small red bird sits on the old grey wall and sings to the quiet morning. Nobody listens, but it sings all the same.
What is a gradient? It says for each number how the loss would change if the number grew a little.
A learning rate that is too large makes the loss jump; one that is too small makes it crawl. Both can be seen in the figure.
    if loss < best:
        best = loss
        print("step", step, "loss", loss)
Good film, warm and funny! Bad film, long and empty. The tea was cold, the bread was old, and the rain wouldn't stop.
Translate: sea is 海, mountain is 山, river is 河, moon is 月, sun is 太阳, book is 书, water is 水, fire is 火.
提示在最前面，模型先读提示，再读别的内容。软提示不是词，而是一组数字。
微调提示的时候，模型的权重保持不变，它们是冻结的，只有二十行数字在学习。
每一行和词嵌入一样宽。这些行站在词的位置上，所以注意力可以回头看它们。
我读第一行，你读第二行，我们已经读了第三行。她说他迟到了，我不太确定。
一九九五年桌上有十二个苹果、三百四十五个梨；到了二〇二一年只剩下 10 个。
红色的小鸟站在灰色的旧墙上，对着安静的早晨唱歌。没有人听，可是它还是唱。
什么是梯度？它说明每个数字增大一点时，损失会怎样变化。
学习率太大，损失会跳动；学习率太小，损失就下降得很慢。两种情况都能在图中看到。
这部电影很好看，温暖又有趣！那部电影又长又空，不好看。茶是凉的，面包是旧的，雨一直下个不停。
翻译：海是 sea，山是 mountain，河是 river，月亮是 moon，太阳是 sun，书是 book，水是 water，火是 fire。
Numbers: 1 2 3 4 5 10 20 30 100 200 300 1000; ½ + ¼ = ¾; x² + y² = r²; 10 °C; 50 %; €20; café, naïve, Zürich, œuvre, ångström.
Yes — “quoted”, ‘single’, (round), [square], {curly}; a/b, c\\d, e_f, g-h; me@example.org; #tag; 3.14159; 1,000,000; 2024-05-01.
😀 smiles, 👍🏽 agrees, 👩‍👩‍👧 is a family, 🇨🇳 and 🇫🇷 are flags. नमस्ते, привет, γειά, שלום, مرحبا, こんにちは, 안녕하세요.
"""

TEXTS = [
    "", " ", "  ", "\n", "\n\n", " \n ", "\t", "a", " a", "a ", "  a", "   a  b   c   ", "\ta\t\tb\n\n\nc \n d",
    "The prompt comes first.", "the model's weights don't move; they're frozen", "I'll you'll we've she'd I'm it's can't", "DON'T I'LL 'S 's",
    "''s 'll' 're'd \"'ve\" ' s", "12 apples, 345 pears and 6789 plums", "a1b2c3 １２３ ½ Ⅷ ² ٣ 三", "3.14159 1,000,000 2024-05-01",
    "提示在最前面，模型先读提示。", "软提示 is a soft prompt 和 prefix", " 中文 与 English 混排，没有空格abc中文123", "　全角空格　と　句点。",
    "😀", "😀😀 👍🏽 👩‍👩‍👧 🇨🇳🇫🇷", "e\u0301 é \u00e9 cafe\u0301 café", "क्षि नमस्ते \u0301\u0302 a\u0323\u0307", "\u212b \u00c5 A\u030a \uf9dc \u9686",
    "привет γειά שלום مرحبا こんにちは 안녕하세요", "a\u00a0b\u2003c\u2028d\u2029e\u0085f\u200bg\ufeffh", "\u0000\u0001\u007f\u0080\u009f", "\r\n\r\n x\r y",
    "<|endoftext|>", "a<|endoftext|>b", " <|endoftext|> ", "<|endoftext|><|endoftext|>", "<|endoftext|", "<|endof<|endoftext|>text|>",
    "a <mask> b", "a   <mask>   b<mask>", "<mask> <mask>", "say [tag] now", "say[tag]now", "[tag][tag] _[tag]", "中[tag]文", "-[tag]-",
    "x <gap>   y<gap>", "<gap> <mask> <gap>", "<mask><|endoftext|><gap>", "[tag]!", "[tag]é [tag]\u0301",
    "x" * 300, "ab" * 200, " " * 50 + "end", "!" * 40, "?!.,;:-_()[]{}<>/\\|@#$%^&*+=~`", "http://a.b/c?d=e&f=g#h", "snake_case camelCase kebab-case",
    "    if x:\n        return y\n", "𝒜𝓁𝓅𝒽𝒶 𐍈 𠀀𠮷", "\U0010ffff\ue000", "ﬁ ﬂ ŉ ǆ", "ⅷ ① ⑩ ㊿", "a\u0300\u0301\u0302\u0303",
]


def random_texts(count):
    """Texts of random characters from many scripts, where the cutting rules meet."""
    pool = list(" " * 8 + "\n\t" + "abcXYZ" + "0189" + "'’.,!?-_" + "的是提示，。" + "é\u0301ß" + "😀👍🏽" + "½²٣" + "\u00a0\u3000\u200d") + [
        "'s", "'ll", "'t", "  ", "<|endoftext|>", "<mask>", "[tag]", "<gap>", " the", "ing"
    ]
    generator = random.Random(5)
    return ["".join(generator.choice(pool) for _ in range(generator.randint(1, 24))) for _ in range(count)]


def cases(tokenizer, texts):
    """What the library makes of each text."""
    rows = []
    for text in texts:
        bare, whole = tokenizer.encode(text, add_special_tokens=False).ids, tokenizer.encode(text).ids
        row = dict(text=text, ids=bare, decoded=tokenizer.decode(bare, skip_special_tokens=False))
        if whole != bare:
            row["whole"] = whole
        row["plain"] = tokenizer.decode(bare, skip_special_tokens=True)
        rows.append(row)
    return rows


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def tokenizers():
    """A byte-level BPE tokenizer and one of words, with what the library makes of the texts above."""
    folder = fresh("tokenizers")
    tokenizer = Tokenizer(token_models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        TRAINING_TEXT.splitlines(keepends=True),
        trainers.BpeTrainer(
            vocab_size=1257, show_progress=False, special_tokens=["<|endoftext|>"], initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())
        ),
    )
    (folder / "pair").mkdir()
    tokenizer.model.save(str(folder / "pair"))
    plain = [text for text in TEXTS if not any(mark in text for mark in ("<mask>", "[tag]", "<gap>"))]
    write_json(folder / "pair" / "cases.json", cases(tokenizer, plain))
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    tokenizer.add_tokens([AddedToken("[tag]", single_word=True), AddedToken("<gap>", rstrip=True, normalized=False)])
    (folder / "bpe").mkdir()
    tokenizer.save(str(folder / "bpe" / "tokenizer.json"), pretty=False)
    base = json.loads(tokenizer.to_str())
    end = tokenizer.token_to_id("<|endoftext|>")
    around = processors.TemplateProcessing(single="<|endoftext|> $A <mask>", special_tokens=[("<|endoftext|>", end), ("<mask>", tokenizer.token_to_id("<mask>"))])
    variants = [
        dict(texts=TEXTS + random_texts(150)),
        dict(pre_tokenizer=pre_tokenizers.ByteLevel(add_prefix_space=True), post_processor=around, texts=TEXTS),
        dict(
            pre_tokenizer=pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]),
            post_processor=processors.Sequence([processors.ByteLevel(), around]),
            texts=random_texts(40) + [text for text in TEXTS if any(c.isnumeric() for c in text)],
        ),
        dict(
            pre_tokenizer=pre_tokenizers.Sequence([pre_tokenizers.Digits(), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]),
            texts=random_texts(40),
        ),
    ]
    written = []
    for variant in variants:
        changed = Tokenizer.from_str(json.dumps(base))
        for key in ("pre_tokenizer", "post_processor"):
            if key in variant:
                setattr(changed, key, variant[key])
        now = json.loads(changed.to_str())
        written.append(dict(changes={k: now[k] for k in ("pre_tokenizer", "post_processor")}, cases=cases(changed, variant["texts"])))
    write_json(folder / "bpe" / "cases.json", written)

    words = ["<unk>", "<pad>", "<end>", "the", "sea", "is", "blue", ".", "?", "=", "海", "是", "蓝色", "的", "don't", "don", "'", "t", "12", "é", "e\u0301", "a_b"]
    spaced = ["the sea is blue .", "the sea is blue.", "海 是 蓝色 的 .", "海是蓝色的", " the\n\tsea  is ", "don't don ' t", "é e\u0301", "a_b a-b 12 1 2",
              "<end> the<end>sea", "the <pad> <unk> sea", "", "the　sea\u00a0is", "is 😀 blue ?!", "blue?="]
    written = []
    for unknown in ("<unk>", None):
        for cut in (pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Whitespace()):
            word_level = Tokenizer(token_models.WordLevel({w: i for i, w in enumerate(words)}, unk_token=unknown or ""))
            word_level.pre_tokenizer = cut
            word_level.add_special_tokens(["<pad>", "<end>"] + ([unknown] if unknown else []))
            texts = spaced if unknown else ["the sea is blue .", "é e\u0301 <end>"]
            written.append(dict(tokenizer=json.loads(word_level.to_str()), cases=cases(word_level, texts)))
    (folder / "words").mkdir()
    write_json(folder / "words" / "cases.json", written)


def adapters():
    """Adapter folders as PEFT saves them, on the two small models."""
    fresh("adapters")
    tokens = dict(task_type="CAUSAL_LM", num_virtual_tokens=3)
    lora = dict(task_type="CAUSAL_LM", r=2, lora_alpha=6)
    budget = dict(init_r=3, target_r=1, tinit=1, tfinal=1, deltaT=1, total_step=4)
    for name, base, config in [
        ("prompt-tuning", "gpt2-small", PromptTuningConfig(**tokens)),
        ("prompt-tuning-sampled", "gpt2-small", PromptTuningConfig(**tokens, prompt_tuning_init="SAMPLE_VOCAB")),
        ("prefix-tuning", "gpt2-small", PrefixTuningConfig(**tokens)),
        ("prefix-tuning-projected", "gpt2-small", PrefixTuningConfig(**tokens, prefix_projection=True, encoder_hidden_size=5)),
        ("p-tuning-mlp", "gpt2-small", PromptEncoderConfig(**tokens, encoder_hidden_size=5)),
        (
            "p-tuning-lstm", "gpt2-small",
            PromptEncoderConfig(**tokens, encoder_reparameterization_type="LSTM", encoder_hidden_size=5, encoder_num_layers=1),
        ),
        ("lora", "gpt2-small", LoraConfig(**lora, target_modules=["c_attn", "c_proj"], fan_in_fan_out=True)),
        (
            "lora-patterns", "gpt2-small",
            LoraConfig(
                **lora, target_modules=r"transformer\.h\.\d+\.(attn|mlp)\.c_.*", fan_in_fan_out=True, use_rslora=True,
                rank_pattern={"c_attn": 1, r"h\.1\.mlp\.c_fc": 3}, alpha_pattern={"transformer.h.0.attn.c_proj": 4},
            ),
        ),
        ("adalora", "gpt2-small", AdaLoraConfig(task_type="CAUSAL_LM", **budget, target_modules=["c_attn", "c_fc"], fan_in_fan_out=True)),
        ("llama-prompt-tuning", "llama", PromptTuningConfig(**tokens)),
        ("llama-prefix-tuning", "llama", PrefixTuningConfig(**tokens)),
        ("llama-lora", "llama", LoraConfig(**lora, target_modules=["q_proj", "v_proj"])),
    ]:
        torch.manual_seed(11)
        model = get_peft_model(AutoModelForCausalLM.from_pretrained(HERE / "models" / base), config)
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad and parameter.is_floating_point()]
        with torch.no_grad():
            for parameter in trained:
                parameter.add_(0.1 * torch.randn_like(parameter))
        if name == "adalora":
            optimizer = torch.optim.AdamW(trained, lr=1e-2)
            ids = torch.arange(1, 9)[None]
            for step in range(1, 5):
                optimizer.zero_grad()
                model(input_ids=ids, labels=ids).loss.backward()
                optimizer.step()
                model.base_model.update_and_allocate(step)
        # The base is named by its place in the fixtures, not on the machine that made them.
        model.peft_config["default"].base_model_name_or_path = f"models/{base}"
        model.save_pretrained(HERE / "adapters" / name)
        (HERE / "adapters" / name / "README.md").unlink()


if __name__ == "__main__":
    safetensors_files()
    models()
    tokenizers()
    adapters()
