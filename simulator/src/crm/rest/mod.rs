//! REST API v4: authentication and routing.

mod account;
mod batch;
mod contact_chats;
mod contacts;
mod contacts_write;
mod fields;
mod leads;
mod leads_write;
mod notes;
mod page;
mod pipelines;
mod reviews;
mod routes;
mod sources;
mod sources_delete;
mod sources_write;
mod tags;
mod talks;
mod templates;
mod templates_write;
mod tracking;
mod unsorted;
mod webhooks;
mod widgets;

use serde_json::{Value, json};

use crate::crm::{
    core::Core,
    exchange::{Answer, Incoming},
    hosts::Target,
    rates::Verdict,
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
    /// Base of the account's addresses, as known to the caller.
    base: &'a str,
    pub(crate) access: Access,
    is_admin: bool,
}

/// Answers a request to an account below `/api/v4/`.
pub(crate) fn answer(core: &Core, request: &Incoming, target: &Target<'_>, rest: &[&str]) -> Answer {
    called(core, request, target, |call| routes::dispatch(call, rest))
}

/// `GET /v3/user`.
pub(crate) fn who(core: &Core, request: &Incoming, target: &Target<'_>) -> Answer {
    called(core, request, target, account::who)
}

fn called(core: &Core, request: &Incoming, target: &Target<'_>, act: impl FnOnce(&Call<'_>) -> Answer) -> Answer {
    let host = target.host.as_str();
    if let Some(refusal) = trouble::of(core, host) {
        return refusal;
    }
    let access = match authorised(core, request, host) {
        Ok(access) => access,
        Err(refusal) => return refusal,
    };
    let now = core.now();
    if core.change(|state| state.rates.count(&access.client_id, access.account_id, now)) == Verdict::TooMany {
        return trouble::too_many(1);
    }
    let is_admin = core.read(|state| {
        let user = state.accounts.get(host)?.users.iter().find(|user| user.id == access.user_id)?;
        Some(user.is_admin)
    });
    let call = Call { core, request, host, base: &target.base, access, is_admin: is_admin == Some(true) };
    act(&call)
}

/// The grant of the token. An administrator's grant may act for another user by `X-Context-User-ID`.
fn authorised(core: &Core, request: &Incoming, host: &str) -> Result<Access, Answer> {
    let token = request.header("authorization").strip_prefix("Bearer ").unwrap_or_default();
    let now = core.now();
    let found = core.change(|state| {
        let access = state.grants.use_access(token, now)?;
        let account = state.accounts.get(host)?;
        let user = account.users.iter().find(|user| user.id == access.user_id)?;
        let as_user = request.header("x-context-user-id");
        let other = account.users.iter().find(|one| one.id.to_string() == as_user).map(|one| one.id);
        let acts_as = if as_user.is_empty() { Some(access.user_id) } else { other.filter(|_| user.is_admin) };
        (account.id == access.account_id).then_some((access, acts_as))
    });
    let (mut access, acts_as) =
        found.ok_or_else(|| problem(401, "Unauthorized", "the access token is not valid here"))?;
    match acts_as {
        Some(user_id) => {
            access.user_id = user_id;
            Ok(access)
        }
        None => Err(problem(401, "Unauthorized", "X-Context-User-ID names no user for whom this grant may act")),
    }
}

impl Call<'_> {
    /// Reads the account, which existed when the token was checked.
    fn account<T>(&self, look: impl FnOnce(&Account) -> T) -> Option<T> {
        self.core.read(|state| state.accounts.get(self.host).map(look))
    }

    /// Changes the account, with the time in Unix seconds; it existed when the token was checked.
    fn change<T>(&self, change: impl FnOnce(&mut Account, i64) -> Result<T, Answer>) -> Result<T, Answer> {
        let now = self.core.now().timestamp();
        self.core.change(|state| match state.accounts.get_mut(self.host) {
            Some(account) => change(account, now),
            None => Err(problem(404, "Not Found", "the account is gone")),
        })
    }

    /// The values of the `with` parameter.
    fn with(&self) -> Vec<String> {
        self.request.query_value("with").unwrap_or_default().split(',').map(|word| word.trim().to_owned()).collect()
    }

    fn href(&self, rest: &str) -> String {
        format!("{}/api/v4/{rest}", self.base)
    }

    fn link(&self, rest: &str) -> Value {
        json!({"self": {"href": self.href(rest)}})
    }
}

/// Puts a field into an object.
fn put(object: &mut Value, key: &str, value: Value) {
    if let Some(map) = object.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
}

fn hal(value: &Value) -> Answer {
    Answer::json(200, HAL, value)
}

/// An error in problem format.
fn problem(status: u16, title: &str, detail: &str) -> Answer {
    let body = json!({
        "title": title,
        "type": format!("https://httpstatus.es/{status}"),
        "status": status,
        "detail": detail,
    });
    Answer::json(status, PROBLEM, &body).noted(detail)
}

/// An invalid field of a batch's item.
pub(crate) struct FieldError {
    item: usize,
    request_id: String,
    code: &'static str,
    path: String,
    detail: String,
}

/// The 400 with all errors, item by item.
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
