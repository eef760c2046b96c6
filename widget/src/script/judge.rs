//! Visits the syntax tree of a script once, and rejects calls and members.

use std::collections::BTreeSet;

use javascript_globals::GLOBALS;
use oxc_ast::ast::{
    Argument, CallExpression, CatchClause, ComputedMemberExpression, DoWhileStatement, Expression, ForInStatement,
    ForOfStatement, ForStatement, IdentifierReference, ImportExpression, MethodDefinition, NewExpression,
    ObjectProperty, PropertyKey, SimpleAssignmentTarget, StaticMemberExpression, StringLiteral, TemplateElement,
    UnaryExpression, WhileStatement,
};
use oxc_ast_visit::{Visit, walk};
use oxc_semantic::Scoping;
use oxc_span::{GetSpan, Span};

use super::{Offence, Script, line_of};

/// Environments whose names a widget may use without declaring them; UMD modules look for CommonJS.
const ENVIRONMENTS: [&str; 4] = ["builtin", "browser", "amd", "commonjs"];
/// The documented members of `APP` (crm-api §9.6), its `data` and its constants.
const APP: &[&str] = &["constant", "data", "getBaseEntity", "getWidgetsArea", "isCard", "lang_id"];
const APP_DATA: &[&str] = &["current_card", "current_entity", "current_view"];
const APP_CONSTANTS: &[&str] = &["account", "user", "managers", "user_rights", "groups", "task_types"];
/// Methods that call their function once per element.
pub(super) const REPEATING: &[&str] = &["forEach", "map", "each", "some", "every", "filter", "reduce", "times"];
/// Calls that reach a server.
const REQUESTS: &[&str] =
    &["$authorizedAjax", "crm_post", "ajax", "getJSON", "getScript", "fetch", "send", "XMLHttpRequest"];

impl Reader<'_> {
    /// A member of the CRM's object, by its dotted path.
    pub(super) fn environment(&mut self, path: &str, span: Span) {
        let mut parts = path.split('.');
        if !matches!(parts.next(), Some("APP" | "AMOCRM")) {
            return;
        }
        let known = match (parts.next(), parts.next(), parts.next()) {
            (Some(first), None, _) => APP.contains(&first),
            (Some("data"), Some(second), None) => APP_DATA.contains(&second),
            _ => true,
        };
        if !known {
            self.refuse("undocumented-environment", span, format!("`{path}` is not documented"));
        }
    }

    pub(super) fn judge_call(&mut self, call: &CallExpression<'_>) {
        let name = last_name(&call.callee).unwrap_or_default();
        let path = path(&call.callee, self.scoping).unwrap_or_default();
        let first = text_of(call.arguments.first());
        match path.as_str() {
            "alert" | "confirm" | "prompt" => self.refuse("dialog", call.span, format!("`{path}` is not allowed")),
            "eval" | "Function" => self.refuse("eval", call.span, format!("`{path}` runs text as code")),
            "setTimeout" | "setInterval" if first.is_some() => {
                self.refuse("eval", call.span, format!("`{path}` with a text runs it as code"));
            }
            "APP.constant" | "AMOCRM.constant" => self.judge_constant(call, first),
            _ => {}
        }
        if let Some(method) = path.strip_prefix("console.") {
            self.judge_console(method, call.span);
        }
        let jquery = matches!(&call.callee, Expression::StaticMemberExpression(member)
            if matches!(&member.object, Expression::Identifier(object) if object.name == "$" || object.name == "jQuery"));
        let requests = REQUESTS.contains(&name.as_str()) || (jquery && matches!(name.as_str(), "get" | "post"));
        if self.loops > 0 && requests {
            self.refuse("request-in-loop", call.span, format!("`{name}` is called in a loop"));
        }
        let clicks = match name.as_str() {
            "click" => call.arguments.is_empty(),
            "trigger" | "triggerHandler" => first == Some("click"),
            "dispatchEvent" => true,
            _ => false,
        };
        // Clicks on what the widget itself made are its own affair.
        if clicks && self.names_install(&call.callee) {
            self.refuse("virtual-click", call.span, "a click on a button of the CRM is made by the script");
        }
        match (name.as_str(), first) {
            ("createElement", Some(tag)) if tag.eq_ignore_ascii_case("script") => {
                self.refuse("foreign-script", call.span, "a script element is made; use the list of `define`");
            }
            ("getScript" | "importScripts", _) => {
                self.refuse("foreign-script", call.span, "a script is loaded; use the list of `define`");
            }
            ("say", Some(key)) => {
                let line = self.line(call.span);
                self.script.text_keys.push((key.to_owned(), line));
            }
            _ => {}
        }
        if path == "define" {
            self.take_dependencies(call);
        }
        if path == "Object.assign"
            && matches!(call.arguments.first(), Some(Argument::Identifier(object))
            if is_global(object, self.scoping) && matches!(object.name.as_str(), "APP" | "AMOCRM"))
        {
            self.refuse("app-write", call.span, "the CRM's object is changed");
        }
    }

    fn judge_constant(&mut self, call: &CallExpression<'_>, key: Option<&str>) {
        if call.arguments.len() > 1 {
            self.refuse("app-write", call.span, "`constant` with a value writes into the CRM's object");
        }
        if !key.is_some_and(|key| APP_CONSTANTS.contains(&key)) {
            let named = key.unwrap_or("…");
            self.refuse("undocumented-environment", call.span, format!("constant `{named}` is not documented"));
        }
    }

    fn judge_console(&mut self, method: &str, span: Span) {
        match method {
            "debug" => {}
            "trace" if self.rejections > 0 => {}
            "trace" => self.refuse("console", span, "`console.trace` is allowed in catch and onRejected only"),
            _ => self.refuse("console", span, format!("`console.{method}`: only `console.debug` is allowed")),
        }
    }

    fn take_dependencies(&mut self, call: &CallExpression<'_>) {
        let Some(Argument::ArrayExpression(list)) = call.arguments.first() else { return };
        for element in &list.elements {
            if let Some(Expression::StringLiteral(name)) = element.as_expression() {
                self.script.dependencies.push(name.value.to_string());
            }
        }
    }
}

pub(super) struct Reader<'s> {
    pub script: Script,
    text: &'s str,
    pub scoping: &'s Scoping,
    /// Number of loops around the current node.
    pub loops: usize,
    /// Number of catch clauses and onRejected functions around the current node.
    pub rejections: usize,
    /// Undeclared names so far; each is reported once.
    undeclared: BTreeSet<String>,
}

impl<'s> Reader<'s> {
    pub fn new(text: &'s str, scoping: &'s Scoping) -> Self {
        Self { script: Script::default(), text, scoping, loops: 0, rejections: 0, undeclared: BTreeSet::new() }
    }

    pub fn line(&self, span: Span) -> usize {
        line_of(self.text, usize::try_from(span.start).unwrap_or_default())
    }

    pub fn refuse(&mut self, rule: &'static str, span: Span, message: impl Into<String>) {
        let line = self.line(span);
        self.script.offences.push(Offence { rule, line, message: message.into() });
    }

    /// Whether a call's receiver is, by its words, a button that installs or disables the widget.
    fn names_install(&self, callee: &Expression<'_>) -> bool {
        let Some(member) = callee.as_member_expression() else { return false };
        let span = member.object().span();
        let part = |at: u32| usize::try_from(at).unwrap_or_default();
        let words = self.text.get(part(span.start)..part(span.end)).unwrap_or_default().to_lowercase();
        ["install", "js-widget-save", "js-widget-disable"].iter().any(|button| words.contains(button))
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
        let text = name.name.as_str();
        if !is_global(name, self.scoping) || is_known(text) || !self.undeclared.insert(text.to_owned()) {
            return;
        }
        let module = match text {
            "$" | "jQuery" => ": take it from the list of `define`, 'jquery'",
            "_" => ": take it from the list of `define`, 'underscore'",
            _ => "",
        };
        self.refuse("undeclared-variable", name.span, format!("`{text}` is declared nowhere{module}"));
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
        if let Some(name) = target.as_member_expression().and_then(|member| member.static_property_name()) {
            self.script.properties.insert(name.to_string());
        }
        if let Some(member) = target.as_member_expression()
            && path(member.object(), self.scoping)
                .is_some_and(|root| matches!(root.split('.').next(), Some("APP" | "AMOCRM")))
        {
            self.refuse("app-write", member.span(), "the CRM's object is changed");
        }
        walk::walk_simple_assignment_target(self, target);
    }

    fn visit_unary_expression(&mut self, unary: &UnaryExpression<'a>) {
        // `typeof name` asks whether it is declared.
        if unary.operator.is_typeof() && matches!(&unary.argument, Expression::Identifier(_)) {
            return;
        }
        let root = path(&unary.argument, self.scoping).unwrap_or_default();
        if unary.operator.is_delete() && (root.starts_with("APP.") || root.starts_with("AMOCRM.")) {
            self.refuse("app-write", unary.span, "the CRM's object is changed");
        }
        walk::walk_unary_expression(self, unary);
    }

    fn visit_object_property(&mut self, property: &ObjectProperty<'a>) {
        let name = name_of(&property.key);
        if name.as_deref() == Some("async")
            && matches!(&property.value, Expression::BooleanLiteral(value) if !value.value)
        {
            self.refuse("synchronous-request", property.span, "`async: false` stops the whole page");
        }
        self.script.properties.extend(name);
        walk::walk_object_property(self, property);
    }

    fn visit_method_definition(&mut self, method: &MethodDefinition<'a>) {
        self.script.properties.extend(name_of(&method.key));
        walk::walk_method_definition(self, method);
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

/// The dotted path of an expression that begins with a global (without `window.`), and its first name.
pub(super) fn path(expression: &Expression<'_>, scoping: &Scoping) -> Option<String> {
    let path = match expression {
        Expression::Identifier(name) => {
            return is_global(name, scoping).then(|| name.name.to_string());
        }
        Expression::StaticMemberExpression(member) => {
            format!("{}.{}", path(&member.object, scoping)?, member.property.name)
        }
        Expression::ComputedMemberExpression(member) => match &member.expression {
            Expression::StringLiteral(key) => format!("{}.{}", path(&member.object, scoping)?, key.value),
            _ => format!("{}.?", path(&member.object, scoping)?),
        },
        Expression::ParenthesizedExpression(inner) => path(&inner.expression, scoping)?,
        _ => return None,
    };
    Some(path.strip_prefix("window.").map(ToOwned::to_owned).unwrap_or(path))
}

/// The last name of a called function: `ajax` of `$.ajax`, `fetch` of `fetch`.
pub(super) fn last_name(callee: &Expression<'_>) -> Option<String> {
    match callee {
        Expression::Identifier(name) => Some(name.name.to_string()),
        Expression::StaticMemberExpression(member) => Some(member.property.name.to_string()),
        Expression::ComputedMemberExpression(member) => match &member.expression {
            Expression::StringLiteral(key) => Some(key.value.to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// The text of an argument that is a string.
pub(super) fn text_of<'a>(argument: Option<&'a Argument<'_>>) -> Option<&'a str> {
    match argument {
        Some(Argument::StringLiteral(text)) => Some(text.value.as_str()),
        _ => None,
    }
}

/// The name of a property or a method that is not computed.
fn name_of(key: &PropertyKey<'_>) -> Option<String> {
    match key {
        PropertyKey::StaticIdentifier(name) => Some(name.name.to_string()),
        PropertyKey::StringLiteral(name) => Some(name.value.to_string()),
        _ => None,
    }
}

/// Whether the page or the language has a global of this name that a widget may use.
fn is_known(name: &str) -> bool {
    let environment = |environment: &&str| GLOBALS.get(environment).is_some_and(|names| names.contains_key(name));
    matches!(name, "APP" | "AMOCRM") || ENVIRONMENTS.iter().any(environment)
}

/// Whether a name is not declared in the script.
pub(super) fn is_global(name: &IdentifierReference<'_>, scoping: &Scoping) -> bool {
    name.reference_id.get().is_none_or(|id| scoping.get_reference(id).symbol_id().is_none())
}
