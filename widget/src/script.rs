//! Facts about a script for `build` and `check`, read from its syntax tree and scopes.

mod calls;
mod comments;
mod judge;
mod visitor;

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
    pub said: Vec<(String, usize)>,
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
    let mut visitor = visitor::Reader::new(text, built.semantic.scoping());
    visitor.visit_program(&parsed.program);
    let mut script = visitor.script;
    let spans = parsed.program.comments.iter().map(|comment| (comment.span.start, comment.span.end));
    script.offences.extend(comments::offences(text, spans));
    script
}

/// 1-based line of a byte offset.
fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count() + 1
}
