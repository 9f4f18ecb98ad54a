internal import Drawing

/// The style sheet of a page. Paper, ink and the colours of roles are those of the figures, so that figures lie in the page
/// without a frame.
enum HTMLStyle {
    static let sheet = """
        :root{color-scheme:light dark;\(variables(.light))}
        @media (prefers-color-scheme:dark){:root{\(variables(.dark))}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
        body{margin:0;background:var(--page-paper);color:var(--page-ink);font:1.0625rem/1.65 system-ui,"Noto Sans","DejaVu Sans",\
        sans-serif;overflow-wrap:break-word}
        :lang(zh-Hans) body{font-family:system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei","WenQuanYi Micro Hei",sans-serif;\
        line-height:1.8}
        main{max-width:45em;margin:0 auto;padding:3.5rem 1.5em 6rem}
        h1,h2,h3,h4,h5,h6{line-height:1.3;margin:2.4em 0 .7em;text-wrap:balance}
        h1{font-size:2.1rem;letter-spacing:-.015em;margin:0 0 .5em}
        h2{font-size:1.4rem}h3{font-size:1.15rem}h4,h5,h6{font-size:1rem}
        h1+p{font-size:1.2rem;line-height:1.5;color:var(--page-muted);margin-bottom:2.2em}
        h1+p strong{font-weight:400}
        p,ul,ol,blockquote,pre,.table{margin:0 0 1.15em}
        ul,ol{padding-left:1.5em}li{margin:.35em 0}li>ul,li>ol{margin:.35em 0}
        a{color:var(--page-link);text-decoration-thickness:1px;text-underline-offset:.18em}
        .anchor{color:var(--page-muted);text-decoration:none;font-weight:400;opacity:0;margin-left:.15em}
        :hover>.anchor{opacity:1}
        em.dotted{font-style:normal;text-emphasis:filled dot;text-emphasis-position:under right;\
        -webkit-text-emphasis:filled dot;-webkit-text-emphasis-position:under right}
        .undotted{text-emphasis:none;-webkit-text-emphasis:none}
        code{font:.88em/1.5 ui-monospace,"DejaVu Sans Mono","Noto Sans Mono CJK SC","WenQuanYi Micro Hei Mono",monospace;\
        background:var(--page-tint);border-radius:.25em;padding:.12em .3em}
        pre{background:var(--page-tint);border-radius:.4em;padding:.9em 1.1em;overflow-x:auto}pre code{background:none;padding:0}
        blockquote{border-left:3px solid var(--page-rule);padding-left:1.1em;margin-left:0;color:var(--page-muted)}
        hr{border:0;border-top:1px solid var(--page-rule);margin:2.5em 0}
        .table{overflow-x:auto}table{border-collapse:collapse;font-size:.94em;line-height:1.5;min-width:100%}
        th,td{text-align:left;vertical-align:top;padding:.55em 1.2em .55em 0;border-bottom:1px solid var(--page-rule)}
        th,thead td{border-bottom:1.5px solid var(--page-muted);font-weight:600}
        th:last-child,td:last-child{padding-right:0}
        td{font-variant-numeric:tabular-nums}.centre{text-align:center}.end{text-align:right}
        figure{margin:1.4em 0 2.2em}
        .picture{overflow-x:auto;margin:0 -3.57%}
        .picture>svg,.picture>img{display:block;width:100%;min-width:34rem;height:auto}
        figcaption{font-size:.9em;line-height:1.5;color:var(--page-muted);margin-top:0}
        .absent{color:var(--page-muted)}
        .good{color:var(--page-good);font-weight:700}.bad{color:var(--page-bad);font-weight:700}
        @media (max-width:40em){main{padding-top:2rem}h1{font-size:1.7rem}}
        @media print{main{max-width:none;padding:0}figure,tr{break-inside:avoid}h1,h2,h3{break-after:avoid}.anchor{display:none}}

        """

    private static func variables(_ theme: Theme) -> String {
        let paints: [(name: String, paint: Paint)] = [
            ("paper", .paper), ("ink", .ink), ("muted", .muted), ("rule", .rule), ("tint", .role(.ink, strength: 0.06)),
            ("link", .textToken), ("good", .good), ("bad", .bad),
        ]
        return paints.map { "--page-\($0.name):\(theme.colour(of: $0.paint).hexadecimal)" }.joined(separator: ";")
    }
}
