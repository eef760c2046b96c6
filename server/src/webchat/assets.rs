//! Scripts and styles: modules for the chat's own page, and one script with all of them for other sites.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base::browser::asset::{self, Asset, SCRIPT, STYLE};
use bytes::Bytes;
use domain::compressed::CompressedText;

use super::access;
use crate::webchat::{Answer, AppData};
use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

macro_rules! asset {
    ($name:literal) => {
        include_str!(concat!("../../assets/chat/", $name))
    };
}

/// The chat's modules, each after its imports.
const PARTS: &[(&str, &str)] = &[
    ("tools", asset!("tools.js")),
    ("content", asset!("content.js")),
    ("frame", asset!("frame.js")),
    ("live", asset!("live.js")),
    ("reply", asset!("reply.js")),
    ("view", asset!("view.js")),
    ("store", asset!("store.js")),
    ("intro", asset!("intro.js")),
    ("outbox", asset!("outbox.js")),
    ("receipts", asset!("receipts.js")),
    ("files", asset!("files.js")),
    ("smileys", asset!("smileys.js")),
    ("voice", asset!("voice.js")),
    ("mail", asset!("mail.js")),
    ("rate", asset!("rate.js")),
    ("sound", asset!("sound.js")),
    ("stream", asset!("stream.js")),
    ("chat", asset!("chat.js")),
];
const DOM: &str = asset!("dom.js");
const INVITE: &str = asset!("invite.js");
const SITE: &str = asset!("site.js");
const CHAT_STYLE: &str = asset!("chat.css");
const SITE_STYLE: &str = asset!("site.css");

fn file_of(name: &str) -> Option<Asset> {
    Some(match name {
        "chat.css" => (STYLE, CHAT_STYLE),
        "page.css" => (STYLE, asset!("page.css")),
        "site.css" => (STYLE, SITE_STYLE),
        "dom.js" => (SCRIPT, DOM),
        "place.js" => (SCRIPT, asset!("place.js")),
        _ => {
            let name = name.strip_suffix(".js").filter(|name| *name != "frame")?;
            (SCRIPT, PARTS.iter().find(|(part, _)| *part == name)?.1)
        }
    })
}

/// `GET /chat/static/{file}`.
pub async fn get(file: web::Path<String>, request: HttpRequest) -> HttpResponse {
    let mut answer =
        file_of(&file).map_or_else(|| HttpResponse::NotFound().finish(), |file| asset::answer(file, &request));
    let_load(&mut answer);
    answer
}

/// Lets pages of other sites load this, also those that require permission (CORP).
fn let_load(answer: &mut HttpResponse) {
    let name = header::HeaderName::from_static("cross-origin-resource-policy");
    answer.headers_mut().insert(name, header::HeaderValue::from_static("cross-origin"));
}

/// The script for other sites.
pub struct EmbedScript {
    text: CompressedText,
}

impl EmbedScript {
    /// Builds it; call once.
    pub fn made() -> Self {
        Self { text: CompressedText::of(Bytes::from(minified(&script()))) }
    }
}

/// `GET /chat/{source_id}/embed.js`: 404 if there is no such chat.
pub async fn embed(
    app: AppData,
    embed: web::Data<EmbedScript>,
    source_id: web::Path<String>,
    request: HttpRequest,
) -> Answer {
    access::source_of(&app, &source_id).await?;
    let mut answer = embed.text.answer(SCRIPT, &request);
    let_load(&mut answer);
    Ok(answer)
}

/// All modules in one script, each in a block of its own. What a module exports is a name around the blocks, so that
/// nothing has to be imported. `place` is the argument of `openChat`.
fn script() -> String {
    let style = serde_json::Value::from(packed(&format!("{CHAT_STYLE}{SITE_STYLE}")));
    let (shared, chat, site) = (joined(&[("dom", DOM), ("invite", INVITE)]), joined(PARTS), joined(&[("site", SITE)]));
    format!(
        "(() => {{\n{shared}const style = {style};\n\
         const openChat = (place, into, leave) => {{\n{chat}return {{ awake, look }};\n}};\n{site}}})();\n"
    )
}

/// The same script, written as shortly as it can be, with short names for what only it uses.
fn minified(script: &str) -> String {
    let allocator = Allocator::default();
    let mut program = Parser::new(&allocator, script, SourceType::script()).parse().program;
    let scoping = Minifier::new(MinifierOptions::default()).minify(&allocator, &mut program).scoping;
    Codegen::new().with_options(CodegenOptions::minify()).with_scoping(scoping).build(&program).code
}

/// A style without its comments, line breaks and the spaces that browsers do not need.
fn packed(style: &str) -> String {
    let plain: String = style.split("/*").map(|part| part.split_once("*/").map_or(part, |(_, rest)| rest)).collect();
    let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let pairs = [
        (": ", ":"),
        ("{ ", "{"),
        (" {", "{"),
        ("; ", ";"),
        (", ", ","),
        ("} ", "}"),
        (" }", "}"),
        (" > ", ">"),
        (";}", "}"),
    ];
    pairs.into_iter().fold(line, |line, (wide, narrow)| line.replace(wide, narrow))
}

/// Modules as blocks, behind the names that they export.
fn joined(modules: &[(&str, &str)]) -> String {
    let mut blocks = String::new();
    for (name, text) in modules {
        let lines = text.lines().filter(|line| !line.starts_with("import "));
        let lines = lines.flat_map(|line| [line.strip_prefix(EXPORT).unwrap_or(line), "\n"]);
        blocks.extend(["{\n"].into_iter().chain(lines).chain(["}\n"]));
        if *name == "frame" {
            blocks.push_str("build(into, leave);\n");
        }
    }
    let names: Vec<&str> = modules.iter().flat_map(|(_, text)| exported(text)).collect();
    let names = if names.is_empty() { String::new() } else { format!("let {};\n", names.join(", ")) };
    names + &blocks
}

/// Begins the line of what a module exports.
const EXPORT: &str = "export const ";

/// The names that a module exports.
fn exported(module: &str) -> impl Iterator<Item = &str> {
    module.lines().filter_map(|line| line.strip_prefix(EXPORT)?.split(' ').next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_small_on_the_wire() {
        let packed = domain::compressed::gzip(minified(&script()).as_bytes()).len();
        assert!((1..=20 * 1024).contains(&packed), "{packed} bytes");
    }

    /// What `packed` would change in meaning: spaces in a style's texts.
    #[test]
    fn the_styles_are_such_that_packing_keeps_their_meaning() {
        for style in [CHAT_STYLE, SITE_STYLE] {
            let small = packed(style);
            let texts = |style: &str| style.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
            let plain: String =
                style.split("/*").map(|part| part.split_once("*/").map_or(part, |(_, rest)| rest)).collect();
            assert_eq!(texts(&plain), texts(&small));
        }
    }

    /// In one script they share their names, and each is imported and exported in a line.
    #[test]
    fn modules_export_different_names() {
        let modules = || PARTS.iter().map(|(_, text)| *text).chain([DOM, INVITE, SITE]);
        let names: Vec<&str> = modules().flat_map(exported).collect();
        let different: std::collections::BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(names.len(), different.len(), "{names:?}");
        for line in modules().flat_map(str::lines) {
            assert!(!line.starts_with("import ") || line.ends_with("\";"), "{line}");
            assert!(!line.starts_with("export ") || line.starts_with(EXPORT), "{line}");
        }
    }

    #[test]
    fn the_script_asks_nothing_of_a_sites_policy() {
        let plain = script();
        let script = minified(&plain);
        assert!(script.len() < plain.len() * 3 / 4, "it is packed");
        for never in [
            "eval(",
            "new Function",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "import ",
            "export ",
            // Firefox has no such properties before 119: `setAttribute` is for all.
            ".aria",
            ".role=",
        ] {
            assert!(!script.contains(never), "{never}");
        }
        assert!(!script.contains(".setAttribute(\"style\"") && plain.matches("build(into, leave);").count() == 1);
        assert_eq!(script, minified(&super::script()));
    }
}
