//! A script as small as it gets without a change of meaning: without comments and spaces that nobody reads, and with short
//! names for what only the script itself uses. Its syntax tree and scopes say which those are.

use std::collections::{BTreeMap, BTreeSet};

use oxc_allocator::{Allocator, Vec as ArenaVec};
use oxc_ast::ast::{
    ArrowFunctionExpression, BindingProperty, FormalParameter, IdentifierReference, ObjectProperty, RegExpLiteral,
    Statement, StringLiteral, TemplateElement, VariableDeclarationKind,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_semantic::{ReferenceId, ScopeId, Scoping, SemanticBuilder, SymbolId};
use oxc_span::{GetSpan, SourceType, Span};

/// The packed script; a script that does not parse stays as it is.
pub fn packed(script: &str) -> String {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, script, SourceType::script()).parse();
    if !parsed.diagnostics.is_empty() {
        return script.to_owned();
    }
    let built = SemanticBuilder::new().build(&parsed.program);
    let mut parts = Parts { script, ..Parts::default() };
    parts.visit_program(&parsed.program);
    for comment in &parsed.program.comments {
        parts.put(comment.span, String::new());
    }
    rename(built.semantic.scoping(), &mut parts);
    parts.joined()
}

/// What of a script is replaced or kept as it is.
#[derive(Default)]
struct Parts<'script> {
    script: &'script str,
    /// The end and the text of each, by its begin.
    known: BTreeMap<usize, (usize, String)>,
    /// Where names are used.
    used: BTreeMap<ReferenceId, Span>,
    /// Where `{ name }` stands for `{ name: name }`.
    doubled: BTreeSet<u32>,
}

impl Parts<'_> {
    fn put(&mut self, span: Span, text: String) {
        if let (Ok(begin), Ok(end)) = (usize::try_from(span.start), usize::try_from(span.end)) {
            self.known.insert(begin, (end, text));
        }
    }

    /// Replaces a text that begins here, if it is this one.
    fn replace(&mut self, begin: u32, old: &str, new: &str) {
        let end = u32::try_from(old.len()).map_or(begin, |length| begin + length);
        if Span::new(begin, end).source_text(self.script) == old {
            self.put(Span::new(begin, end), new.to_owned());
        }
    }

    fn keep(&mut self, span: Span) {
        self.put(span, span.source_text(self.script).to_owned());
    }

    fn joined(&self) -> String {
        let mut out = Packed::default();
        let mut at = 0;
        for (begin, (end, text)) in &self.known {
            out.code(self.script.get(at..*begin).unwrap_or_default());
            out.whole(text);
            at = *end;
        }
        out.code(self.script.get(at..).unwrap_or_default());
        out.text
    }
}

/// A script without the spaces of its code.
#[derive(Default)]
struct Packed {
    text: String,
    /// There was a space behind the last sign.
    spaced: bool,
}

impl Packed {
    fn code(&mut self, code: &str) {
        for sign in code.chars() {
            if sign.is_whitespace() {
                self.spaced = true;
                continue;
            }
            self.space(sign);
            if sign == '}' && self.text.ends_with(';') {
                self.text.pop();
            }
            self.text.push(sign);
        }
    }

    /// A name or a text, as it is.
    fn whole(&mut self, text: &str) {
        if let Some(first) = text.chars().next() {
            self.space(first);
            self.text.push_str(text);
        }
    }

    /// Keeps a space before a sign only where two words or operators would become one.
    fn space(&mut self, next: char) {
        let is_word = |sign: char| sign.is_alphanumeric() || "_$#".contains(sign);
        let joins = |last: char| is_word(last) && is_word(next) || last == next && "+-".contains(next);
        if std::mem::take(&mut self.spaced) && self.text.chars().next_back().is_some_and(joins) {
            self.text.push(' ');
        }
    }
}

/// Gives each name of an inner scope the first short one that means nothing else within this scope.
fn rename(scoping: &Scoping, parts: &mut Parts<'_>) {
    let root = scoping.root_scope_id();
    let names = names(scoping);
    let (mut used, mut taken) = (used_in_scopes(scoping), BTreeMap::<SymbolId, usize>::new());
    // Scopes are numbered from the outside to the inside: what an inner one uses of an outer one has its name already.
    let mut symbols: Vec<SymbolId> =
        scoping.symbol_ids().filter(|symbol| scoping.symbol_scope_id(*symbol) != root).collect();
    let uses = |symbol: SymbolId| scoping.get_resolved_reference_ids(symbol).len();
    symbols.sort_by_key(|symbol| (scoping.symbol_scope_id(*symbol), std::cmp::Reverse(uses(*symbol))));
    for symbol in symbols {
        let others = used.entry(scoping.symbol_scope_id(symbol)).or_default();
        let mean: BTreeSet<usize> = others.iter().filter_map(|other| taken.get(other).copied()).collect();
        let Some((place, name)) = names.iter().enumerate().find(|(place, _)| !mean.contains(place)) else { continue };
        others.insert(symbol);
        taken.insert(symbol, place);
        let used = scoping.get_resolved_reference_ids(symbol).iter().filter_map(|id| parts.used.get(id).copied());
        let spans: Vec<Span> = std::iter::once(scoping.symbol_span(symbol)).chain(used).collect();
        for span in spans {
            let is_doubled = parts.doubled.contains(&span.start);
            let text = if is_doubled { format!("{}:{name}", scoping.symbol_name(symbol)) } else { name.clone() };
            parts.put(span, text);
        }
    }
}

/// What each scope, or one within it, uses of those around it.
fn used_in_scopes(scoping: &Scoping) -> BTreeMap<ScopeId, BTreeSet<SymbolId>> {
    let mut used = BTreeMap::<ScopeId, BTreeSet<SymbolId>>::new();
    for symbol in scoping.symbol_ids() {
        let home = scoping.symbol_scope_id(symbol);
        for reference in scoping.get_resolved_references(symbol) {
            for scope in scoping.scope_ancestors(reference.scope_id()).take_while(|scope| *scope != home) {
                used.entry(scope).or_default().insert(symbol);
            }
        }
    }
    used
}

/// Short words of the language.
const RESERVED: [&str; 4] = ["do", "if", "in", "of"];
const LETTERS: &str = "etnraoisclupdmfhgbvyxwkjqzETNRAOISCLUPDMFHGBVYXWKJQZ";

/// Names in the order in which they are taken: letters, then pairs of them.
fn names(scoping: &Scoping) -> Vec<String> {
    let letters = || LETTERS.chars();
    let pairs = letters().flat_map(|first| letters().map(move |second| format!("{first}{second}")));
    let is_free = |name: &String| {
        let name = name.as_str();
        !RESERVED.contains(&name) && !scoping.root_unresolved_references().keys().any(|known| known.as_str() == name)
    };
    letters().map(String::from).chain(pairs).filter(is_free).collect()
}

impl<'ast> Visit<'ast> for Parts<'_> {
    fn visit_string_literal(&mut self, text: &StringLiteral<'ast>) {
        self.keep(text.span);
    }

    fn visit_template_element(&mut self, text: &TemplateElement<'ast>) {
        self.keep(text.span);
    }

    fn visit_reg_exp_literal(&mut self, pattern: &RegExpLiteral<'ast>) {
        self.keep(pattern.span);
    }

    fn visit_identifier_reference(&mut self, name: &IdentifierReference<'ast>) {
        if let Some(id) = name.reference_id.get() {
            self.used.insert(id, name.span);
        }
    }

    /// A single name needs no brackets.
    fn visit_arrow_function_expression(&mut self, arrow: &ArrowFunctionExpression<'ast>) {
        let (span, items) = (arrow.params.span, &arrow.params.items);
        let is_name = |one: &FormalParameter| one.initializer.is_none() && one.pattern.is_binding_identifier();
        if items.len() == 1 && arrow.params.rest.is_none() && items.iter().all(is_name) {
            self.replace(span.start, "(", if arrow.r#async { " " } else { "" });
            self.replace(span.end - 1, ")", "");
        }
        walk::walk_arrow_function_expression(self, arrow);
    }

    /// Constants in a row are one declaration.
    fn visit_statements(&mut self, statements: &ArenaVec<'ast, Statement<'ast>>) {
        let constant = |statement: &Statement<'ast>| match statement {
            Statement::VariableDeclaration(one) if one.kind == VariableDeclarationKind::Const => Some(one.span),
            _ => None,
        };
        for (one, next) in statements.iter().zip(statements.iter().skip(1)) {
            let (Some(one), Some(next)) = (constant(one), constant(next)) else { continue };
            // Without its semicolon a declaration stays as it is.
            if one.source_text(self.script).ends_with(';') {
                self.replace(one.end - 1, ";", ",");
                self.replace(next.start, "const", "");
            }
        }
        walk::walk_statements(self, statements);
    }

    fn visit_object_property(&mut self, property: &ObjectProperty<'ast>) {
        if property.shorthand {
            self.doubled.insert(property.key.span().start);
        }
        walk::walk_object_property(self, property);
    }

    fn visit_binding_property(&mut self, property: &BindingProperty<'ast>) {
        if property.shorthand {
            self.doubled.insert(property.key.span().start);
        }
        walk::walk_binding_property(self, property);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_script_means_the_same() {
        for (plain, small) in [
            (
                "const f = ({ name, size: [a, ...b] = [] }) => {\n  // Why.\n  const one = a + +b;\n  return { name, one, f };\n};\n",
                "const f=({name:e,size:[t,...n]=[]})=>{const r=t+ +n;return{name:e,one:r,f}};",
            ),
            (
                "(() => {\n  const said = \"a  ;} b\";\n  const at = /a  b;}/.exec(`c  ${ said } d`);\n  return typeof at.said in said;\n})();",
                "(()=>{const e=\"a  ;} b\",t=/a  b;}/.exec(`c  ${e} d`);return typeof t.said in e})();",
            ),
            (
                "(() => {\n  const one = async (two) => two;\n  // Why.\n  const three = (four) => [one, four];\n  const [five] = three(1);\n  return five;\n})();",
                "(()=>{const e=async e=>e,t=t=>[e,t],[n]=t(1);return n})();",
            ),
            // What a browser calls by this name stays reachable.
            (
                "(() => {\n  const one = e;\n  for (const two of one) two(one);\n})();",
                "(()=>{const t=e;for(const n of t)n(t)})();",
            ),
        ] {
            assert_eq!(packed(plain), small);
        }
        assert_eq!(packed("const = 1"), "const = 1");
    }
}
