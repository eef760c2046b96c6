//! REST API v4: authentication, and what all its methods share – bodies, batches, pages, answers.
//!
//! Cards ([`cards`], [`draft`], [`links`]) are described by their entity and have all methods of it. Everything else is a row
//! of a table ([`routes`]): collections are a [`lists::Listing`], what only one has is in [`extra`], [`unsorted`], [`writes`],
//! [`templates`], [`widgets`] and [`bots`].

mod bots;
mod cards;
mod draft;
mod extra;
pub(super) mod filters;
mod links;
mod lists;
mod place;
mod routes;
mod shows;
mod templates;
mod unsorted;
mod widgets;
mod writes;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::core::Core;
use super::exchange::{Answer, Target, bearer};
use super::oauth::trouble_of;
use super::rates::Verdict;
use super::state::{Account, Grant};
use super::strict::Object;
use crate::kit::Call;

const HAL: &str = "application/hal+json";
/// The default limit of a batch.
const BATCH: usize = 250;

/// An authorised request to one account.
struct Request<'a> {
    core: &'a Arc<Core>,
    call: &'a Call,
    host: &'a str,
    /// Base of the account's addresses, as known to the caller.
    base: &'a str,
    grant: Grant,
    is_admin: bool,
}

/// An answer, or the refusal that ended its making.
type Reply = Result<Answer, Answer>;

/// Answers a request to an account below `/api/v4/`.
pub(crate) fn answer(core: &Arc<Core>, call: &Call, target: &Target<'_>, rest: &[&str]) -> Answer {
    authorised(core, call, target)
        .and_then(|request| routes::dispatch(&request, rest))
        .unwrap_or_else(|refusal| refusal)
}

/// `GET /v3/user`, undocumented: the SDK's example uses it to greet the user who granted access.
pub(crate) fn who(core: &Arc<Core>, call: &Call, target: &Target<'_>) -> Answer {
    let shown = |request: Request<'_>| {
        let body = request.account(|account| {
            let user = account.user(request.grant.user_id);
            user.map(
                |user| json!({"id": user.id, "name": user.name, "email": user.email, "language": account.language}),
            )
        })?;
        Ok(Answer::json(200, "application/json", &body.ok_or_else(gone)?))
    };
    authorised(core, call, target).and_then(shown).unwrap_or_else(|refusal| refusal)
}

fn authorised<'a>(core: &'a Arc<Core>, call: &'a Call, target: &'a Target<'_>) -> Result<Request<'a>, Answer> {
    let host = target.host.as_str();
    if let Some(refusal) = trouble_of(core, host) {
        return Err(refusal);
    }
    let now = core.now();
    let unauthorised = |detail: &str| Answer::problem(401, "Unauthorized", detail);
    core.change(|state| {
        let grant = state.grants.use_access(bearer(call), now);
        let account = state.accounts.get(host);
        let known = grant.zip(account).filter(|(grant, account)| account.id == grant.account_id);
        let known = known.and_then(|(grant, account)| Some((account, account.user(grant.user_id)?, grant)));
        let (account, user, mut grant) = known.ok_or_else(|| unauthorised("the access token is not valid here"))?;
        let mut is_admin = user.is_admin;
        // An administrator's token may act for another user.
        if let Some(other) = call.header("x-context-user-id") {
            let other = other.parse().ok().and_then(|id| account.user(id)).filter(|_| is_admin);
            let other = other.ok_or_else(|| unauthorised("the user of the context is not there"))?;
            (grant.user_id, is_admin) = (other.id, other.is_admin);
        }
        if state.rates.count(&grant.client_id, grant.account_id, now) == Verdict::TooMany {
            return Err(Answer::too_many(1));
        }
        Ok(Request { core, call, host, base: &target.base, grant, is_admin })
    })
}

fn gone() -> Answer {
    not_found("the account is gone")
}

fn not_found(detail: &str) -> Answer {
    Answer::problem(404, "Not Found", detail)
}

fn bad(detail: &str) -> Answer {
    Answer::problem(400, "Bad Request", detail)
}

fn hal(value: &Value) -> Answer {
    Answer::json(200, HAL, value)
}

impl Request<'_> {
    /// Reads the account, which existed when the token was checked.
    fn account<T>(&self, look: impl FnOnce(&Account) -> T) -> Result<T, Answer> {
        self.core.read(|state| state.accounts.get(self.host).map(look)).ok_or_else(gone)
    }

    /// Changes the account, with the time in Unix seconds; it existed when the token was checked.
    fn change<T>(&self, change: impl FnOnce(&mut Account, i64) -> Result<T, Answer>) -> Result<T, Answer> {
        let now = self.core.now().timestamp();
        self.core.change(|state| change(state.accounts.get_mut(self.host).ok_or_else(gone)?, now))
    }

    /// Whether the parameter `with` has this word.
    fn with(&self, word: &str) -> bool {
        self.call.query("with").unwrap_or_default().split(',').any(|one| one.trim() == word)
    }

    /// The values of a parameter, given once, as `name[]` or as `name[0]`.
    fn values(&self, name: &str) -> Vec<&str> {
        let listed = format!("{name}[");
        let is_it = |(key, _): &&(String, String)| key == name || key.starts_with(&listed);
        self.call.query.iter().filter(is_it).map(|(_, value)| value.as_str()).collect()
    }

    fn href(&self, rest: &str) -> String {
        format!("{}/api/v4/{rest}", self.base)
    }

    fn link(&self, rest: &str) -> Value {
        json!({"self": {"href": self.href(rest)}})
    }

    /// Another entity in `_embedded`.
    fn entity(&self, path: &str, id: i64) -> Value {
        json!({"id": id, "_links": self.link(&format!("{path}/{id}"))})
    }

    fn object(&self) -> Result<&Value, Answer> {
        match &self.call.json {
            _ if self.call.is_garbled || self.call.body.is_empty() => Err(bad("the body is not JSON")),
            body @ Value::Object(_) => Ok(body),
            _ => Err(bad("the body must be an object")),
        }
    }

    /// The body as one object, or nothing. PHP, and so amoCRM's own SDK, encodes an empty object as `[]`.
    fn object_or_nothing(&self) -> Result<Value, Answer> {
        match self.call.body.trim_ascii() {
            b"" | b"[]" => Ok(json!({})),
            _ => self.object().cloned(),
        }
    }

    /// The body as a list of 1 to `limit` items; more are answered with `status`.
    fn batch(&self, limit: usize, status: u16) -> Result<&[Value], Answer> {
        match &self.call.json {
            _ if self.call.is_garbled || self.call.body.is_empty() => Err(bad("the body is not JSON")),
            Value::Array(items) if items.is_empty() => Err(bad("the batch is empty")),
            Value::Array(items) if items.len() > limit => {
                let title = if status == 422 { "Unprocessable Entity" } else { "Bad Request" };
                Err(Answer::problem(status, title, &format!("at most {limit} items in one call")))
            }
            Value::Array(items) => Ok(items),
            _ => Err(bad("the body must be an array")),
        }
    }

    /// A part of a list: `page` and `limit`, at most `largest` and by default at most 50; a link to the next page if there
    /// is one; 204 for an empty page.
    fn paged(&self, path: &str, key: &str, largest: usize, rows: impl FnOnce(usize, usize) -> Vec<Value>) -> Reply {
        let number = |name: &str, usual: usize| match self.call.query.iter().find(|(key, _)| key == name) {
            None => Ok(usual),
            Some((_, text)) => {
                let value = text.parse::<usize>().ok().filter(|value| *value > 0);
                value.ok_or_else(|| bad(&format!("{name} must be a positive integer")))
            }
        };
        let (page, limit) = (number("page", 1)?, number("limit", largest.min(50))?);
        if limit > largest {
            return Err(bad(&format!("limit must be at most {largest}")));
        }
        // One more tells whether another page follows.
        let mut shown = rows(limit.saturating_mul(page - 1), limit.saturating_add(1));
        if shown.is_empty() {
            return Ok(Answer::empty(204));
        }
        let href = |number: usize| {
            let others = self.call.query.iter().filter(|(key, _)| key != "page" && key != "limit");
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(others)
                .append_pair("page", &number.to_string())
                .append_pair("limit", &limit.to_string())
                .finish();
            json!({"href": format!("{}?{query}", self.href(path))})
        };
        let mut links = Map::from_iter([("self".to_owned(), href(page))]);
        if shown.len() > limit {
            links.insert("next".to_owned(), href(page + 1));
        }
        shown.truncate(limit);
        Ok(hal(&json!({"_page": page, "_links": links, "_embedded": {key: shown}})))
    }

    /// The same of rows that are all made already.
    fn page_of(&self, path: &str, key: &str, largest: usize, rows: Vec<Value>) -> Reply {
        self.paged(path, key, largest, |skip, take| rows.into_iter().skip(skip).take(take).collect())
    }
}

/// What is wrong with an item: code, path and text.
struct Wrong(&'static str, &'static str, String);

impl Wrong {
    /// A value outside a list.
    fn no_choice(path: &'static str) -> Self {
        Self("NotSupportedChoice", path, "The value you selected is not a valid choice.".to_owned())
    }

    /// A missing required value.
    fn blank(path: &'static str) -> Self {
        Self("NotBlank", path, "This value should not be blank.".to_owned())
    }

    fn unknown(path: &'static str, detail: impl Into<String>) -> Self {
        Self("EntityNotFound", path, detail.into())
    }

    /// The 400 of a request of one item.
    fn alone(self) -> Answer {
        invalid(&[(Value::Null, 0, self)])
    }
}

/// Turns an error of [`Object`] into an error of that field.
fn typed(path: &'static str) -> impl Fn(String) -> Wrong {
    move |detail| Wrong("InvalidType", path, detail)
}

fn fields(item: &Value) -> Result<Object<'_>, Wrong> {
    Object::whole(item).map_err(typed(""))
}

/// A list of an item, by default an empty one.
fn list<'a>(fields: &Object<'a>, key: &'static str) -> Result<&'a [Value], Wrong> {
    match fields.raw(key) {
        None => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(typed(key)(format!("{key} must be an array"))),
    }
}

/// The id of an item in the answer: its `request_id`, or its index.
fn request_id(item: &Value, at: usize) -> String {
    match item.get("request_id") {
        Some(Value::String(text)) => text.clone(),
        Some(other) if !other.is_null() => other.to_string(),
        _ => at.to_string(),
    }
}

/// Checks every item; the 400 lists the errors of each.
fn all<T>(items: &[Value], mut check: impl FnMut(&Value) -> Result<T, Wrong>) -> Result<Vec<T>, Answer> {
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for (at, item) in items.iter().enumerate() {
        match check(item) {
            Ok(one) => right.push(one),
            Err(error) => wrong.push((item.clone(), at, error)),
        }
    }
    if wrong.is_empty() { Ok(right) } else { Err(invalid(&wrong)) }
}

/// The 400 with all errors, item by item.
fn invalid(wrong: &[(Value, usize, Wrong)]) -> Answer {
    let list = wrong.iter().map(|(item, at, Wrong(code, path, detail))| {
        let error = json!({"code": code, "path": format!("{at}.{path}"), "detail": detail});
        json!({"request_id": request_id(item, *at), "errors": [error]})
    });
    let list: Vec<Value> = list.collect();
    let note = wrong.first().map_or_else(String::new, |(_, _, Wrong(_, path, detail))| format!("{path}: {detail}"));
    let more = json!({"validation-errors": list});
    Answer::problem_with(400, "Bad Request", "Request validation failed", &more).noted(note)
}
