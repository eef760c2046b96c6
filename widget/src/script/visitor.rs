//! Visits the syntax tree of a script once.

use oxc_ast::ast::{
    Argument, CallExpression, CatchClause, ComputedMemberExpression, DoWhileStatement, Expression, ForInStatement,
    ForOfStatement, ForStatement, IdentifierReference, ImportExpression, NewExpression, ObjectProperty, PropertyKey,
    SimpleAssignmentTarget, StaticMemberExpression, StringLiteral, TemplateElement, UnaryExpression, WhileStatement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_semantic::Scoping;
use oxc_span::{GetSpan, Span};

use super::calls::{is_global, last_name, path, text_of};
use super::judge::{GLOBALS, REPEATING};
use super::{Offence, Script, line_of};

pub(super) struct Reader<'s> {
    pub script: Script,
    text: &'s str,
    pub scoping: &'s Scoping,
    /// Number of loops around the current node.
    pub loops: usize,
    /// Number of catch clauses and onRejected functions around the current node.
    pub rejections: usize,
}

impl<'s> Reader<'s> {
    pub fn new(text: &'s str, scoping: &'s Scoping) -> Self {
        Self { script: Script::default(), text, scoping, loops: 0, rejections: 0 }
    }

    pub fn line(&self, span: Span) -> usize {
        line_of(self.text, usize::try_from(span.start).unwrap_or_default())
    }

    pub fn refuse(&mut self, rule: &'static str, span: Span, message: impl Into<String>) {
        let line = self.line(span);
        self.script.offences.push(Offence { rule, line, message: message.into() });
    }

    fn string(&mut self, text: &str, span: Span) {
        let line = self.line(span);
        self.script.strings.push((text.to_owned(), line));
    }

    fn inside(&mut self, looping: bool, walk: impl FnOnce(&mut Self)) {
        let depth = if looping { &mut self.loops } else { &mut self.rejections };
        *depth += 1;
        walk(self);
        let depth = if looping { &mut self.loops } else { &mut self.rejections };
        *depth -= 1;
    }
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        self.judge_call(call);
        let name = last_name(&call.callee).unwrap_or_default();
        self.visit_expression(&call.callee);
        for (index, argument) in call.arguments.iter().enumerate() {
            let function = matches!(argument, Argument::FunctionExpression(_) | Argument::ArrowFunctionExpression(_));
            let member = matches!(&call.callee, Expression::StaticMemberExpression(_));
            if function && member && REPEATING.contains(&name.as_str()) {
                self.inside(true, |reader| reader.visit_argument(argument));
            } else if function && (name == "catch" || name == "fail" || (name == "then" && index == 1)) {
                self.inside(false, |reader| reader.visit_argument(argument));
            } else {
                self.visit_argument(argument);
            }
        }
    }

    fn visit_new_expression(&mut self, made: &NewExpression<'a>) {
        match path(&made.callee, self.scoping).as_deref() {
            Some("Function") => self.refuse("eval", made.span, "`new Function` runs text as code"),
            Some("MouseEvent") => self.refuse("virtual-click", made.span, "a click is made by the script"),
            Some("Event") if text_of(made.arguments.first()) == Some("click") => {
                self.refuse("virtual-click", made.span, "a click is made by the script");
            }
            Some("XMLHttpRequest") if self.loops > 0 => {
                self.refuse("request-in-loop", made.span, "a request is made in a loop");
            }
            _ => {}
        }
        walk::walk_new_expression(self, made);
    }

    fn visit_import_expression(&mut self, import: &ImportExpression<'a>) {
        self.refuse("foreign-script", import.span, "`import()` loads code; use the list of `define`");
        walk::walk_import_expression(self, import);
    }

    fn visit_identifier_reference(&mut self, name: &IdentifierReference<'a>) {
        if is_global(name, self.scoping) && !GLOBALS.contains(&name.name.as_str()) && name.name != "MouseEvent" {
            self.refuse("undeclared-variable", name.span, format!("`{}` is declared nowhere", name.name));
        }
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        if member.property.name == "amohash" {
            self.refuse("undocumented-environment", member.span, "`amohash` must not be used");
        }
        if let Some(object) = path(&member.object, self.scoping) {
            self.environment(&format!("{object}.{}", member.property.name), member.span);
        }
        walk::walk_static_member_expression(self, member);
    }

    fn visit_computed_member_expression(&mut self, member: &ComputedMemberExpression<'a>) {
        if let Some(object) = path(&member.object, self.scoping) {
            let name = match &member.expression {
                Expression::StringLiteral(key) => key.value.as_str(),
                _ => "?",
            };
            self.environment(&format!("{object}.{name}"), member.span);
        }
        walk::walk_computed_member_expression(self, member);
    }

    fn visit_simple_assignment_target(&mut self, target: &SimpleAssignmentTarget<'a>) {
        if let Some(member) = target.as_member_expression()
            && path(member.object(), self.scoping)
                .is_some_and(|root| matches!(root.split('.').next(), Some("APP" | "AMOCRM")))
        {
            self.refuse("app-write", member.span(), "the CRM's object is changed");
        }
        walk::walk_simple_assignment_target(self, target);
    }

    fn visit_unary_expression(&mut self, unary: &UnaryExpression<'a>) {
        let root = path(&unary.argument, self.scoping).unwrap_or_default();
        if unary.operator.is_delete() && (root.starts_with("APP.") || root.starts_with("AMOCRM.")) {
            self.refuse("app-write", unary.span, "the CRM's object is changed");
        }
        walk::walk_unary_expression(self, unary);
    }

    fn visit_object_property(&mut self, property: &ObjectProperty<'a>) {
        let name = match &property.key {
            PropertyKey::StaticIdentifier(name) => Some(name.name.to_string()),
            PropertyKey::StringLiteral(name) => Some(name.value.to_string()),
            _ => None,
        };
        if name.as_deref() == Some("async")
            && matches!(&property.value, Expression::BooleanLiteral(value) if !value.value)
        {
            self.refuse("synchronous-request", property.span, "`async: false` stops the whole page");
        }
        self.script.properties.extend(name);
        walk::walk_object_property(self, property);
    }

    fn visit_string_literal(&mut self, text: &StringLiteral<'a>) {
        self.string(text.value.as_str(), text.span);
    }

    fn visit_template_element(&mut self, element: &TemplateElement<'a>) {
        self.string(element.value.raw.as_str(), element.span);
    }

    fn visit_catch_clause(&mut self, clause: &CatchClause<'a>) {
        self.inside(false, |reader| walk::walk_catch_clause(reader, clause));
    }

    fn visit_for_statement(&mut self, statement: &ForStatement<'a>) {
        self.inside(true, |reader| walk::walk_for_statement(reader, statement));
    }

    fn visit_for_in_statement(&mut self, statement: &ForInStatement<'a>) {
        self.inside(true, |reader| walk::walk_for_in_statement(reader, statement));
    }

    fn visit_for_of_statement(&mut self, statement: &ForOfStatement<'a>) {
        self.inside(true, |reader| walk::walk_for_of_statement(reader, statement));
    }

    fn visit_while_statement(&mut self, statement: &WhileStatement<'a>) {
        self.inside(true, |reader| walk::walk_while_statement(reader, statement));
    }

    fn visit_do_while_statement(&mut self, statement: &DoWhileStatement<'a>) {
        self.inside(true, |reader| walk::walk_do_while_statement(reader, statement));
    }
}
