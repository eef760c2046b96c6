//! Facts about a script for `build` and `check`, read from its syntax tree and scopes.

mod judge;

use std::collections::BTreeSet;

use oxc_allocator::Allocator;
use oxc_ast_visit::Visit;
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;

/// Facts about one script.
#[derive(Debug, Default)]
pub struct Script {
    /// Modules listed in `define([...])`.
    pub dependencies: Vec<String>,
    /// Every string of the code, with its line.
    pub strings: Vec<(String, usize)>,
    /// Names of properties that object literals have.
    pub properties: BTreeSet<String>,
    /// Keys passed to `say('…')`, with their lines.
    pub text_keys: Vec<(String, usize)>,
    /// Violations that moderation rejects.
    pub offences: Vec<Offence>,
}

/// A part of a script that moderation rejects.
#[derive(Debug)]
pub struct Offence {
    pub rule: &'static str,
    pub line: usize,
    pub message: String,
}

/// Reads a script; one that does not parse has the single offence `script-syntax`.
pub fn read(text: &str) -> Script {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::script()).parse();
    if let Some(error) = parsed.diagnostics.first() {
        let at = error.labels.first().map_or(0, |label| usize::try_from(label.offset()).unwrap_or_default());
        let offence = Offence { rule: "script-syntax", line: line_of(text, at), message: error.message.to_string() };
        return Script { offences: vec![offence], ..Script::default() };
    }
    let built = SemanticBuilder::new().build(&parsed.program);
    let mut visitor = judge::Reader::new(text, built.semantic.scoping());
    visitor.visit_program(&parsed.program);
    let mut script = visitor.script;
    let spans = parsed.program.comments.iter().map(|comment| (comment.span.start, comment.span.end));
    script.offences.extend(commented_code(text, spans));
    script
}

/// 1-based line of a byte offset.
fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count() + 1
}

const STATEMENTS: [&str; 9] = ["if", "for", "while", "function", "return", "const", "let", "var", "switch"];

/// Comments of a script that are code; neighbouring line comments count as one. Documentation may show code.
fn commented_code(text: &str, comments: impl Iterator<Item = (u32, u32)>) -> Vec<Offence> {
    let mut groups: Vec<(usize, usize, String)> = Vec::new();
    for (start, end) in comments {
        let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else { continue };
        let Some(body) = text.get(start..end).filter(|body| !body.starts_with("/**")) else { continue };
        let line = line_of(text, start);
        let comment = bare(body);
        match groups.last_mut() {
            Some((_, last, group)) if *last + 1 == line && body.starts_with("//") => {
                *last = line;
                group.push('\n');
                group.push_str(&comment);
            }
            _ => groups.push((line, line, comment)),
        }
    }
    let code = groups.into_iter().filter(|(_, _, comment)| is_code(comment));
    code.map(|(line, _, comment)| Offence {
        rule: "commented-code",
        line,
        message: format!("this comment is code: {}", comment.lines().next().unwrap_or_default().trim()),
    })
    .collect()
}

/// The text of a comment without its delimiters.
fn bare(body: &str) -> String {
    if let Some(line) = body.strip_prefix("//") {
        return line.trim().to_owned();
    }
    let inner = body.trim_start_matches("/*").trim_start_matches('*').trim_end_matches("*/");
    inner
        .lines()
        .map(|line| line.trim().trim_start_matches('*').trim())
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .to_owned()
}

/// Whether a comment is code: all of it, or a line that ends as one of code does.
fn is_code(comment: &str) -> bool {
    let calls = |text: &str| {
        text.as_bytes().windows(2).any(|pair| pair[1] == b'(' && (pair[0].is_ascii_alphanumeric() || pair[0] == b'$'))
    };
    // "TODO: …" and "https://…" would parse, as a label.
    let label = |text: &str| {
        let name = text.trim_start_matches(|sign: char| sign.is_alphanumeric() || sign == '_');
        name.len() < text.len() && name.starts_with(':')
    };
    let shaped = |line: &str| {
        let first = line.split(|sign: char| !sign.is_alphanumeric()).next().unwrap_or_default();
        let begins = STATEMENTS.contains(&first);
        let statement = line.ends_with(';') && (line.contains('=') || calls(line) || begins);
        let opening = line.ends_with('{') && begins;
        !label(line) && ((statement && parses(line)) || (opening && parses(&format!("{line}}}"))))
    };
    // A lone `render()` may as well be the heading of what follows.
    let whole = comment.contains('=') || (calls(comment) && comment.contains('.'));
    comment.lines().any(|line| shaped(line.trim())) || (whole && !label(comment) && parses(comment))
}

/// Whether a text is code of a function's body.
fn parses(code: &str) -> bool {
    let body = format!("(async function () {{\n{code}\n}});");
    let allocator = Allocator::default();
    Parser::new(&allocator, &body, SourceType::script()).parse().diagnostics.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_no_code() {
        for prose in [
            "Opens the panel in a tab.",
            "words (optional)",
            "`on` holds listeners; false, null are left out.",
            "a number and its noun stay on one line",
            "{pipeline_id} the form for a new one",
            "Names of all modules, e.g. lib/api.js",
            "Custom fields (cf_<id>). Several values (email/phone) → union & dedupe;\notherwise one value of the main record.",
            "{\n  \"phone\": 75555555555,\n  \"message\": \"text\"\n}",
            "TODO: say(it) again;",
            "https://site.example/a(b).js",
            "render()",
            "done (or not);",
        ] {
            assert!(!is_code(prose), "{prose}");
        }
    }

    #[test]
    fn code_is_code() {
        for code in [
            "self.foo(bar)",
            "var x = 1;",
            "if (x) {",
            "see below\nfoo(bar);",
            "a = b",
            "return false;",
            "$('.x').hide();",
        ] {
            assert!(is_code(code), "{code}");
        }
    }
}
