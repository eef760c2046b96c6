//! REST API v4: who may call, and which function answers.

mod account;
mod contacts;
mod sources;
mod sources_delete;
mod sources_write;
mod widgets;

use serde_json::{Value, json};

use crate::{
    core::Core,
    exchange::{Answer, Incoming},
    state::{Access, Account},
    trouble,
};

const HAL: &str = "application/hal+json";
const PROBLEM: &str = "application/problem+json";

/// An authorised request to one account.
pub(crate) struct Call<'a> {
    pub(crate) core: &'a Core,
    pub(crate) request: &'a Incoming,
    pub(crate) host: &'a str,
    pub(crate) access: Access,
    is_admin: bool,
}

/// Answers a request below `/accounts/{host}/api/v4/`.
pub(crate) fn answer(core: &Core, request: &Incoming, host: &str, rest: &[&str]) -> Answer {
    if let Some(refusal) = trouble::of(core, host) {
        return refusal;
    }
    let token = request.header("authorization").strip_prefix("Bearer ").unwrap_or_default();
    let now = core.now();
    let access = core.change(|state| {
        let access = state.grants.use_access(token, now)?;
        let account = state.accounts.get(host)?;
        let user = account.users.iter().find(|user| user.id == access.user_id)?;
        let is_admin = user.is_admin;
        (account.id == access.account_id).then_some((access, is_admin))
    });
    let Some((access, is_admin)) = access else {
        return problem(401, "Unauthorized", "the access token is not valid here");
    };
    let call = Call { core, request, host, access, is_admin };
    dispatch(&call, rest)
}

fn dispatch(call: &Call<'_>, rest: &[&str]) -> Answer {
    let open = matches!(rest, ["account"] | ["leads", "pipelines", ..]);
    if !call.is_admin && !open {
        return problem(403, "Forbidden", "only administrators may call this");
    }
    match (call.request.method.as_str(), rest) {
        ("GET", ["account"]) => account::account(call),
        ("GET", ["users"]) => account::users(call),
        ("GET", ["users", id]) => account::user(call, id),
        ("GET", ["leads", "pipelines"]) => account::pipelines(call),
        ("GET", ["leads", "pipelines", id]) => account::pipeline(call, id),
        ("GET", ["leads", id]) => contacts::lead(call, id),
        ("GET", ["contacts", "chats"]) => contacts::chats(call),
        ("GET", ["contacts", id]) => contacts::contact(call, id),
        ("GET", ["widgets"]) => widgets::list(call),
        ("GET", ["widgets", code]) => widgets::one(call, code),
        ("GET", ["sources"]) => sources::list(call),
        ("GET", ["sources", id]) => sources::one(call, id),
        ("POST", ["sources"]) => sources_write::create(call),
        ("PATCH", ["sources"]) => sources_write::update_many(call),
        ("PATCH", ["sources", id]) => sources_write::update_one(call, id),
        ("DELETE", ["sources"]) => sources_delete::delete_many(call),
        ("DELETE", ["sources", id]) => sources_delete::delete_one(call, id),
        (_, ["account" | "users" | "sources" | "widgets", ..] | ["leads", "pipelines", ..]) => {
            problem(405, "Method Not Allowed", "this method is not allowed here")
        }
        _ => problem(404, "Not Found", "the sandbox has no such method"),
    }
}

impl Call<'_> {
    /// Looks at the account; it was there when the token was checked.
    fn account<T>(&self, look: impl FnOnce(&Account) -> T) -> Option<T> {
        self.core.read(|state| state.accounts.get(self.host).map(look))
    }

    /// The words of the `with` parameter.
    fn with(&self) -> Vec<String> {
        self.request.query_value("with").unwrap_or_default().split(',').map(|word| word.trim().to_owned()).collect()
    }

    fn link(&self, rest: &str) -> Value {
        json!({"self": {"href": format!("{}/accounts/{}/api/v4/{rest}", self.core.own_url(), self.host)}})
    }
}

fn hal(value: &Value) -> Answer {
    Answer::json(200, HAL, value)
}

/// An error in the problem form.
fn problem(status: u16, title: &str, detail: &str) -> Answer {
    let body = json!({
        "title": title,
        "type": format!("https://httpstatus.es/{status}"),
        "status": status,
        "detail": detail,
    });
    Answer::json(status, PROBLEM, &body).noted(detail)
}

/// One field that is wrong in one item of a batch.
pub(crate) struct FieldError {
    item: usize,
    request_id: String,
    code: &'static str,
    path: String,
    detail: String,
}

/// The 400 that lists what is wrong, item by item.
fn invalid(errors: &[FieldError]) -> Answer {
    let list: Vec<Value> = errors
        .iter()
        .map(|error| {
            json!({
                "request_id": error.request_id,
                "errors": [{
                    "code": error.code,
                    "path": format!("{}.{}", error.item, error.path),
                    "detail": error.detail,
                }],
            })
        })
        .collect();
    let body = json!({
        "validation-errors": list,
        "title": "Bad Request",
        "type": "https://httpstatus.es/400",
        "status": 400,
        "detail": "Request validation failed",
    });
    let note = errors.first().map_or_else(String::new, |error| format!("{}: {}", error.path, error.detail));
    Answer::json(400, PROBLEM, &body).noted(note)
}
