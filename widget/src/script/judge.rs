//! Rejected calls and members.

use oxc_ast::ast::{Argument, CallExpression, Expression};
use oxc_span::Span;

use super::calls::{is_global, last_name, path, text_of};
use super::visitor::Reader;

/// Names that a widget may use without declaring them: the language's, the browser's, AMD and the CRM's documented
/// object.
pub(super) const GLOBALS: &[&str] = &[
    "APP",
    "AMOCRM",
    "Array",
    "Blob",
    "Boolean",
    "CSS",
    "CustomEvent",
    "Date",
    "Error",
    "Event",
    "FormData",
    "Function",
    "Infinity",
    "Intl",
    "JSON",
    "Map",
    "Math",
    "NaN",
    "Number",
    "Object",
    "Promise",
    "Proxy",
    "Reflect",
    "RegExp",
    "Set",
    "String",
    "Symbol",
    "TypeError",
    "URL",
    "URLSearchParams",
    "Uint8Array",
    "WeakMap",
    "WeakSet",
    "alert",
    "arguments",
    "atob",
    "btoa",
    "clearInterval",
    "clearTimeout",
    "confirm",
    "console",
    "crypto",
    "decodeURIComponent",
    "define",
    "document",
    "encodeURIComponent",
    "eval",
    "fetch",
    "importScripts",
    "isFinite",
    "isNaN",
    "location",
    "navigator",
    "parseFloat",
    "parseInt",
    "prompt",
    "requestAnimationFrame",
    "setInterval",
    "setTimeout",
    "undefined",
    "window",
    "XMLHttpRequest",
];
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
        match (name.as_str(), first) {
            ("click", _) if call.arguments.is_empty() => {
                self.refuse("virtual-click", call.span, "a click is made by the script");
            }
            ("trigger" | "triggerHandler", Some("click")) => {
                self.refuse("virtual-click", call.span, "a click is made by the script");
            }
            ("createElement", Some(tag)) if tag.eq_ignore_ascii_case("script") => {
                self.refuse("foreign-script", call.span, "a script element is made; use the list of `define`");
            }
            ("getScript" | "importScripts", _) => {
                self.refuse("foreign-script", call.span, "a script is loaded; use the list of `define`");
            }
            ("say", Some(key)) => {
                let line = self.line(call.span);
                self.script.said.push((key.to_owned(), line));
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
