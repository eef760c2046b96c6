//! Connects actix with the operations: reads a call, identifies the caller, applies the limits.

use std::{collections::BTreeMap, sync::Arc};

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use multer::Multipart;
use serde_json::{Value, json};

use super::{
    answer::{Outcome, Refusal, answered, bad, missing},
    chats, files, hooks, messages,
    operation::Operation,
};
use crate::avito::{core::Core, state::State};

/// Largest body in bytes: a picture of 24 MB plus overhead.
const BODY_LIMIT: usize = 25 * 1024 * 1024;

/// Adds the routes of the protocol.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/core/{path:.*}", web::to(serve))
        .route("/messenger/{path:.*}", web::to(serve))
        .route("/files/images/{size}/{name}", web::get().to(files::image))
        .route("/files/voices/{id}", web::get().to(files::voice));
}

/// A parsed call.
pub(super) struct Call {
    pub(super) query: BTreeMap<String, Vec<String>>,
    /// The JSON body; null if there is none.
    pub(super) json: Value,
    /// The parts of a multipart body: name and bytes.
    pub(super) parts: Vec<(String, Bytes)>,
}

impl Call {
    /// The first value of a parameter.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.query.get(name)?.first().map(String::as_str)
    }

    /// All values of a list parameter, repeated or separated by commas.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let given = self.query.get(name).into_iter().flatten();
        given.flat_map(|value| value.split(',')).filter(|one| !one.is_empty()).map(str::to_owned).collect()
    }

    /// `limit` and `offset`, within the bounds of the OpenAPI file.
    pub(super) fn window(&self) -> Result<(usize, usize), Refusal> {
        let number = |name: &str, usual: usize| match self.first(name) {
            None => Ok(usual),
            Some(text) => text.parse::<usize>().map_err(|_| bad(&format!("{name} is not a number"))),
        };
        let (limit, offset) = (number("limit", 100)?, number("offset", 0)?);
        if (1..=100).contains(&limit) && offset <= 1000 {
            Ok((limit, offset))
        } else {
            Err(bad("limit or offset is out of bounds"))
        }
    }
}

async fn serve(core: web::Data<Arc<Core>>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let path = request.uri().to_string();
    let operation = Operation::of(request.method().as_str(), request.path());
    let token = header(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
    let kind = header(header::CONTENT_TYPE).unwrap_or_default();
    let mut query: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned() {
        // `voice_ids[]` is the same parameter in the notation of other programs.
        query.entry(key.trim_end_matches("[]").to_owned()).or_default().push(value);
    }
    let call = match read(payload).await {
        Ok(body) => parsed(query, &kind, body).await,
        Err(refusal) => Err(refusal),
    };
    // In its own task: a caller that disconnects must not cancel the operation.
    let core = Arc::clone(&core);
    let task = actix_web::rt::spawn(async move {
        let id = operation.as_ref().map_or("unknown", Operation::id);
        answered(&core, id, &path, |state| handle(&core, state, operation.as_ref(), token.as_deref(), call)).await
    });
    task.await.unwrap_or_else(|_| HttpResponse::InternalServerError().finish())
}

async fn read(mut payload: web::Payload) -> Result<Bytes, Refusal> {
    let mut body = BytesMut::new();
    let mut is_too_large = false;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| bad("the body broke off"))?;
        // The rest is read and discarded, so that the caller can read the answer.
        is_too_large |= body.len() + chunk.len() > BODY_LIMIT;
        if !is_too_large {
            body.extend_from_slice(&chunk);
        }
    }
    if is_too_large { Err(Refusal::new(413, "Request Entity Too Large")) } else { Ok(body.freeze()) }
}

async fn parsed(query: BTreeMap<String, Vec<String>>, kind: &str, body: Bytes) -> Result<Call, Refusal> {
    let mut call = Call { query, json: Value::Null, parts: Vec::new() };
    if kind.starts_with("multipart/form-data") {
        let wrong = |_| bad("can't parse multipart body");
        let boundary = multer::parse_boundary(kind).map_err(wrong)?;
        let mut parts = Multipart::new(stream::once(async move { Ok::<_, std::io::Error>(body) }), boundary);
        while let Some(field) = parts.next_field().await.map_err(wrong)? {
            let name = field.name().unwrap_or_default().to_owned();
            call.parts.push((name, field.bytes().await.map_err(wrong)?));
        }
    } else if !body.is_empty() {
        call.json = serde_json::from_slice(&body).map_err(|_| bad("can't parse JSON"))?;
    }
    Ok(call)
}

fn handle(
    core: &Core,
    state: &mut State,
    operation: Option<&Operation>,
    token: Option<&str>,
    call: Result<Call, Refusal>,
) -> Outcome {
    let Some(operation) = operation else { return (None, Err(missing())) };
    let seller = match caller(state, operation, token) {
        Ok(seller) => seller,
        Err(refusal) => return (None, Err(refusal)),
    };
    let answer = limited(core, state, seller)
        .and_then(|()| allowed(state, seller, operation))
        .and_then(|()| perform(core, state, seller, operation, &call?));
    (Some(seller), answer)
}

/// The seller who owns a token. 401 without a token; 403 for an unknown or expired one, or one without the scope, as
/// the OAuth page and the user file define.
fn caller(state: &State, operation: &Operation, token: Option<&str>) -> Result<i64, Refusal> {
    let token = token.ok_or_else(|| Refusal::new(401, "Unauthorized"))?;
    let good = state.tokens.get(token).filter(|grant| {
        let is_scoped = grant.app.is_some();
        grant.expires_at > state.now && (!is_scoped || grant.scope.iter().any(|one| one == operation.scope()))
    });
    good.map(|grant| grant.seller).ok_or_else(|| Refusal::new(403, "Forbidden"))
}

/// Counts a call.
fn limited(core: &Core, state: &mut State, seller: i64) -> Result<(), Refusal> {
    let (Some(most), now) = (core.options.calls_per_minute, state.date()) else { return Ok(()) };
    let Some(known) = state.sellers.get_mut(&seller) else { return Ok(()) };
    let minute = now.div_euclid(60);
    if known.minute.0 != minute {
        known.minute = (minute, 0);
    }
    if known.minute.1 >= most {
        return Err(Refusal::too_many((minute + 1) * 60 - now));
    }
    known.minute.1 += 1;
    Ok(())
}

/// Checks the subscription level, and that the seller owns the requested account.
fn allowed(state: &State, seller: i64, operation: &Operation) -> Result<(), Refusal> {
    let has_level = state.sellers.get(&seller).is_some_and(|seller| seller.has_level);
    if *operation != Operation::Myself && !has_level {
        return Err(Refusal::new(402, "Payment required"));
    }
    if operation.user().is_some_and(|user| user != seller) {
        return Err(Refusal::new(403, "Forbidden"));
    }
    let in_chat = |chat: &str| state.chats.get(chat).is_some_and(|chat| chat.seller == seller);
    match operation.chat() {
        Some(chat) if !in_chat(chat) => Err(missing()),
        _ => Ok(()),
    }
}

fn perform(core: &Core, state: &mut State, seller: i64, asked: &Operation, call: &Call) -> Result<Value, Refusal> {
    match asked {
        Operation::Myself => Ok(myself(state, seller)),
        Operation::Chats { .. } => chats::list(state, seller, call),
        Operation::Chat { chat, .. } => chats::one(state, chat),
        Operation::Messages { chat, .. } => messages::list(state, chat, call),
        Operation::Send { chat, .. } => messages::send(state, seller, chat, call),
        Operation::SendImage { chat, .. } => messages::send_image(state, seller, chat, call),
        Operation::Delete { chat, message, .. } => messages::delete(state, seller, chat, message),
        Operation::Read { chat, .. } => {
            state.mark_read(chat, seller);
            Ok(json!({"ok": true}))
        }
        Operation::Voices { .. } => files::voices(core, state, seller, call),
        Operation::Upload { .. } => files::upload(state, seller, call),
        Operation::Blacklist { .. } => hooks::blacklist(state, seller, call),
        Operation::Subscribe => hooks::subscribe(state, seller, call),
        Operation::Unsubscribe => hooks::unsubscribe(state, seller, call),
        Operation::Subscriptions => Ok(hooks::list(state, seller)),
    }
}

fn myself(state: &State, seller: i64) -> Value {
    let name = state.sellers.get(&seller).map(|seller| seller.name.as_str()).unwrap_or_default();
    json!({
        "id": seller,
        "name": name,
        "email": "seller@acme.test",
        "phone": "79990001122",
        "phones": ["79990001122"],
        "profile_url": format!("https://avito.ru/user/{seller:032x}/profile"),
    })
}
