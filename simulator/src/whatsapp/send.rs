//! `POST /{phone}/messages`: to whom a number may write, and when; and marking messages as read.

use serde_json::{Map, Value, json};

use super::codes::{known, no_object, value};
use super::content::{self, Draft, Link, Recipient};
use super::media::{UPLOADED, fits};
use super::numbers::is_for_whatsapp;
use super::options::{Options, Phone, WhatsApp, digits};
use super::template_send;
use crate::graph::{Answered, Params, Refusal, bad, ensure, success};
use crate::kit::{Author, Call, Core, Id, Upload};

/// Maximum characters of `biz_opaque_callback_data`.
const CALLBACK: usize = 512;
/// Milliseconds between messages of a number to one person once the burst is used up, and the burst.
const PAIR: i64 = 6_000;
const BURST: i64 = 45;
/// The largest file that is downloaded, in bytes.
const LARGEST: usize = 100 * 1024 * 1024;

struct Accepted {
    id: Id,
    answer: Value,
    link: Option<Link>,
}

/// Accepts a message, or marks messages as read. Meta itself downloads a file by address; whether it can, a status
/// tells.
pub(super) async fn post(core: &Core<Options>, call: &Call, params: &Params<'_>, phone: &str) -> Answered {
    let phone = Id::from(phone);
    is_for_whatsapp(params)?;
    if params.has("status") {
        return core.change(|state| {
            usable(state, &phone)?;
            mark_read(state, params, &phone)
        });
    }
    let Accepted { id, answer, link } = core.change(|state| accept(state, call, params, &phone))?;
    if let Some(link) = link {
        let loaded = load(core, &link).await;
        core.change(|state| match loaded {
            Ok(upload) => {
                let file = state.keep(&phone, UPLOADED, upload);
                if let Some(message) = state.found_mut(&phone, id.as_str()) {
                    message.files = vec![file];
                }
                state.sent_out(&phone, &id);
            }
            Err(details) => state.tell_failure(&phone, &id, 131_053, Some(&details)),
        });
    }
    Ok(answer)
}

async fn load(core: &Core<Options>, link: &Link) -> Result<Upload, String> {
    let part = core.download(&link.url, LARGEST).await;
    let part = part.ok_or_else(|| format!("Downloading media from weblink failed. url: {}", link.url))?;
    fits(&link.kind, &part.mime, part.bytes.len())?;
    Ok(Upload { name: link.name.clone().unwrap_or_default(), mime: part.mime, bytes: part.bytes })
}

/// The number, if it may send at all.
fn usable<'a>(state: &'a WhatsApp, id: &Id) -> Result<&'a Phone, Refusal> {
    let phone = state.own.phones.get(id).ok_or_else(|| no_object("post", id.as_str()))?;
    let is_locked = state.own.wabas.get(&phone.waba).is_some_and(|waba| waba.is_locked);
    let broken = match phone.fields["status"].as_str() {
        Some("BANNED" | "RESTRICTED") => Some(131_031),
        _ if is_locked => Some(131_031),
        Some("CONNECTED") => (phone.fields["name_status"] == "DECLINED").then_some(131_037),
        _ => Some(133_010),
    };
    broken.map_or(Ok(phone), |code| Err(known(code)))
}

/// The recipient: `to`, a phone, or `recipient`, a business-scoped id. If both are given, the phone is used.
fn recipient(state: &WhatsApp, params: &Params, id: &Id, phone: &Phone) -> Result<Recipient, Refusal> {
    match params.text("recipient_type").as_deref() {
        None | Some("individual") => {}
        Some("group") => return Err(value("Group messages are not available for this phone number.")),
        Some(_) => return Err(bad("Param recipient_type must be one of {INDIVIDUAL, GROUP}")),
    }
    let text = |name: &str| params.text(name).filter(|text| !text.trim().is_empty());
    let (input, is_phone) = match (text("to"), text("recipient")) {
        (Some(to), _) => (to, true),
        (None, Some(id)) => (id, false),
        (None, None) => return Err(bad("The parameter to is required.")),
    };
    let person = if is_phone { dialled(state, &input, phone)? } else { identified(state, &input)? };
    Ok(Recipient { phone: id.clone(), input, is_phone, person })
}

/// The person behind a number as dialled; minus the number if nobody has it.
fn dialled(state: &WhatsApp, to: &str, phone: &Phone) -> Result<i64, Refusal> {
    let number = digits(to);
    let is_plain = to.chars().all(|one| one.is_ascii_digit() || "+-() .".contains(one));
    ensure(is_plain && (7..=15).contains(&number.len()), || {
        value(format!("Recipient phone number {to} is not valid."))
    })?;
    ensure(number != phone.number, || known(131_021))?;
    let person = state.people.values().find(|one| one.phone == number);
    Ok(person.map_or_else(|| -number.parse::<i64>().unwrap_or_default(), |person| person.id))
}

fn identified(state: &WhatsApp, id: &str) -> Result<i64, Refusal> {
    let mut users = state.own.users.iter();
    let found =
        users.find(|(_, one)| [&one.user_id, &one.parent_user_id].into_iter().flatten().any(|known| known == id));
    found.map(|(person, _)| *person).ok_or_else(|| value(format!("Recipient {id} is not valid.")))
}

/// Why the message will not arrive: the code of its `failed` status.
fn obstacle(state: &WhatsApp, to: &Recipient, draft: &Draft) -> Option<i64> {
    let Recipient { phone, person, .. } = to;
    let is_blocked = state.private(phone, *person).is_some_and(|dialog| dialog.is_blocked);
    if is_blocked || !state.people.contains_key(person) {
        return Some(131_026);
    }
    let chat = state.chat(phone, *person);
    let template = draft.template.as_ref().and_then(|id| state.own.templates.get(id));
    match template.map(|template| template.text("category")) {
        None => (chat.open_until <= state.now).then_some(131_047),
        Some(category) => (category == "MARKETING" && chat.is_stopped).then_some(131_050),
    }
}

fn accept(state: &mut WhatsApp, call: &Call, params: &Params, id: &Id) -> Result<Accepted, Refusal> {
    let phone = usable(state, id)?.clone();
    let to = recipient(state, params, id, &phone)?;
    let (kind, body) = content::kind(params)?;
    let mut draft = match kind.as_str() {
        "template" => template_send::read(state, &to, body)?,
        _ => content::read(state, &to, &kind, body)?,
    };
    let context = params.object("context");
    if !context.is_null() {
        let quoted = context["message_id"].as_str().unwrap_or_default();
        ensure(state.found(id, quoted).is_some(), || {
            value("Param context['message_id'] is not a message of this chat.")
        })?;
        draft.message.reply_to = Some(Id::from(quoted));
    }
    let callback = params.text("biz_opaque_callback_data");
    ensure(callback.as_ref().is_none_or(|data| data.chars().count() <= CALLBACK), || {
        bad(&format!("Param biz_opaque_callback_data must be at most {CALLBACK} characters long."))
    })?;
    let obstacle = obstacle(state, &to, &draft);
    if let Some(code) = obstacle.filter(|_| state.own.refuses_at_once) {
        return Err(known(code));
    }
    let dialog = state.dialog_of(id, to.person);
    if state.has_rates {
        let (now, own) = (state.now, &mut state.own);
        let wait = own.pairs.wait(&dialog, PAIR, own.pair_burst.unwrap_or(BURST), now);
        ensure(wait == 0, || known(131_056))?;
        own.pairs.spend(dialog.clone(), PAIR, 1, now);
    }
    if let Some(data) = callback {
        draft.message.more.insert("callback".to_owned(), json!(data));
    }
    draft.message.more.insert("json".to_owned(), shown(call, params));
    Ok(kept(state, &to, &dialog, draft, obstacle))
}

/// A request as the log and tests show it.
fn shown(call: &Call, params: &Params) -> Value {
    let mut shown: Map<String, Value> = params.values.clone();
    shown.remove("access_token");
    for part in call.parts.iter().filter(|part| !part.file_name.is_empty()) {
        shown.insert(part.name.clone(), json!(format!("<file {}, {} bytes>", part.file_name, part.bytes.len())));
    }
    Value::Object(shown)
}

/// Adds an accepted message to its chat, and reports what becomes of it, unless a file must be downloaded first.
fn kept(state: &mut WhatsApp, to: &Recipient, dialog: &Id, draft: Draft, obstacle: Option<i64>) -> Accepted {
    let Draft { mut message, link, unfit, template } = draft;
    let id = state.next_wamid(&state.phone_of(to.person));
    let mut answer = json!({"id": id.as_str()});
    if let Some(template) = template.and_then(|id| state.own.templates.get(&id)) {
        answer["message_status"] = json!("accepted");
        let category = template.text("category").to_lowercase();
        message.more.insert("category".to_owned(), json!(category));
    }
    message.more.insert("is_to_phone".to_owned(), json!(to.is_phone));
    (message.id, message.author) = (id.clone(), Author::Line);
    state.add(dialog, message);
    // An answer ends what was shown of typing.
    state.show(dialog, "sent");
    if to.is_phone {
        state.chat_mut(&to.phone, to.person).phone_used_at = Some(state.now);
    }
    let mut contact = json!({"input": to.input});
    let names = [if to.is_phone { "wa_id" } else { "" }, "user_id", ""];
    state.put_ids(&to.phone, to.person, names, &mut contact);
    let answer = json!({"messaging_product": "whatsapp", "contacts": [contact], "messages": [answer]});
    match (obstacle, unfit) {
        (Some(code), _) => state.tell_failure(&to.phone, &id, code, None),
        (None, Some(details)) => state.tell_failure(&to.phone, &id, 131_053, Some(&details)),
        (None, None) if link.is_none() => state.sent_out(&to.phone, &id),
        _ => return Accepted { id, answer, link },
    }
    Accepted { id, answer, link: None }
}

/// `status: read`: marks an incoming message and all before it as read, and shows typing if wanted.
fn mark_read(state: &mut WhatsApp, params: &Params, phone: &Id) -> Answered {
    let is_read = params.text("status").as_deref() == Some("read");
    ensure(is_read, || bad("Param status must be one of {READ}"))?;
    let id = params.needed("message_id")?;
    let typing = params.object("typing_indicator");
    ensure(typing.is_null() || typing["type"] == "text", || {
        bad("Param typing_indicator['type'] must be one of {TEXT}")
    })?;
    let found = state.found(phone, &id).filter(|(_, message)| matches!(message.author, Author::Person(_)));
    let person = found.map(|(person, _)| person);
    let person = person.ok_or_else(|| value(format!("Message with id {id} was not found.")))?;
    let (now, dialog) = (state.now, state.dialog_of(phone, person));
    let messages = state.dialogs.get_mut(&dialog).map(|dialog| dialog.messages.as_mut_slice()).unwrap_or_default();
    let count = messages.iter().position(|one| one.id == id.as_str()).map_or(0, |at| at + 1);
    for message in messages.iter_mut().take(count).filter(|one| one.author == Author::Person(person)) {
        message.read_at.get_or_insert(now);
    }
    if !typing.is_null() {
        state.show(&dialog, "typing");
    }
    Ok(success())
}
