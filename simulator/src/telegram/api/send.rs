//! Messages without files, and the part common to all messages of a bot.

use serde_json::{Map, Value, json};

use super::{
    answer::{Answered, Refusal, bad, ensure},
    markup::{self, Markup},
    params::Params,
    reply::{self, Reply},
    target::{self, Target},
    text,
};
use crate::telegram::{
    publish::Event,
    state::{Author, Draft, Place, State},
};

/// The chat, the quote and the buttons of a message.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) target: Target,
    reply: Reply,
    markup: Markup,
    is_protected: bool,
}

/// Checks the common parameters of messages, and counts `count` of them for the rate limit.
pub(super) fn frame(state: &mut State, bot: i64, params: &Params, count: i64) -> Result<Frame, Refusal> {
    let target = target::writable(state, bot, params)?;
    let markup = markup::read(&target, params)?;
    let reply = reply::read(state, &target, params)?;
    let now = state.now;
    if let Some(seconds) = state.rates.count(bot, target.chat, count, now) {
        return Err(Refusal::too_many(seconds));
    }
    Ok(Frame { target, reply, markup, is_protected: params.flag("protect_content") })
}

/// Adds a message to the chat and returns it as seen by the bot.
pub(super) fn post(state: &mut State, bot: i64, frame: &Frame, draft: Draft) -> Value {
    let mut draft = draft;
    if let Some(quote) = &frame.reply.quote {
        draft.fields.insert("quote".to_owned(), quote.clone());
    }
    if let Some(markup) = &frame.markup.inline {
        draft.fields.insert("reply_markup".to_owned(), markup.clone());
    }
    if frame.is_protected {
        draft.fields.insert("has_protected_content".to_owned(), json!(true));
    }
    draft.reply_to = frame.reply.message;
    draft.thread = frame.target.thread;
    let author = match frame.target.owner {
        Some(owner) => {
            draft.via_bot = Some(bot);
            Author::Person(owner)
        }
        None => Author::Bot(bot),
    };
    let place = &frame.target.place;
    let id = state.add(place, author, draft);
    if let (Some(keyboard), Some(chat)) = (&frame.markup.keyboard, state.chats.get_mut(place)) {
        chat.keyboard = Some(keyboard.clone()).filter(|keyboard| !keyboard.is_null());
    }
    state.sent.push((bot, place.clone(), id));
    end_action(state, bot, frame.target.chat);
    state.announce(place, id, Event::New);
    shown(state, bot, place, id)
}

/// A message of the chat as seen by the bot.
pub(super) fn shown(state: &State, bot: i64, place: &Place, id: i64) -> Value {
    state.message(place, id).map_or(Value::Null, |message| state.message_json(bot, place, message))
}

/// A message ends the chat action.
fn end_action(state: &mut State, bot: i64, chat: i64) {
    if let Some(bot) = state.bots.get_mut(&bot) {
        for action in bot.actions.iter_mut().filter(|action| action.0 == chat) {
            action.2 = 0;
        }
    }
}

/// Adds a text under `text`/`entities` or `caption`/`caption_entities`.
pub(super) fn put_text(fields: &mut Map<String, Value>, keys: (&str, &str), text: text::Text) {
    if text.text.is_empty() {
        return;
    }
    fields.insert(keys.0.to_owned(), json!(text.text));
    if !text.entities.is_empty() {
        fields.insert(keys.1.to_owned(), json!(text.entities));
    }
}

/// `sendMessage`.
pub(super) fn message(state: &mut State, bot: i64, params: &Params) -> Answered {
    let text = text::message(params)?;
    let frame = frame(state, bot, params, 1)?;
    let mut draft = Draft::new("text", Value::Null);
    put_text(&mut draft.fields, ("text", "entities"), text);
    if let Some(options) = params.json("link_preview_options", "link preview options")? {
        draft.fields.insert("link_preview_options".to_owned(), options);
    }
    Ok(post(state, bot, &frame, draft))
}

fn point(params: &Params) -> Result<Value, Refusal> {
    let (latitude, longitude) = (params.float("latitude"), params.float("longitude"));
    let (Some(latitude), Some(longitude)) = (latitude, longitude) else {
        return Err(bad("latitude and longitude must be non-empty"));
    };
    let fits = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    ensure(fits, || bad("wrong location specified"))?;
    Ok(json!({"latitude": latitude, "longitude": longitude}))
}

/// `sendLocation`.
pub(super) fn location(state: &mut State, bot: i64, params: &Params) -> Answered {
    let mut location = point(params)?;
    for key in ["live_period", "heading"] {
        if let Some(value) = params.int(key) {
            location[key] = json!(value);
        }
    }
    let frame = frame(state, bot, params, 1)?;
    Ok(post(state, bot, &frame, Draft::new("location", json!({"location": location}))))
}

/// `sendVenue`.
pub(super) fn venue(state: &mut State, bot: i64, params: &Params) -> Answered {
    let location = point(params)?;
    let title = params.needed("title", "title must be non-empty")?;
    let address = params.needed("address", "address must be non-empty")?;
    let frame = frame(state, bot, params, 1)?;
    let venue = json!({"location": location, "title": title, "address": address});
    Ok(post(state, bot, &frame, Draft::new("venue", json!({"venue": venue, "location": location}))))
}

/// `sendContact`.
pub(super) fn contact(state: &mut State, bot: i64, params: &Params) -> Answered {
    let phone = params.needed("phone_number", "phone number must be non-empty")?;
    let first_name = params.needed("first_name", "first name must be non-empty")?;
    let mut contact = json!({"phone_number": phone, "first_name": first_name});
    if let Some(last_name) = params.text("last_name").filter(|text| !text.is_empty()) {
        contact["last_name"] = json!(last_name);
    }
    if let Some(card) = params.text("vcard").filter(|text| !text.is_empty()) {
        ensure(card.len() <= 2048, || bad("CONTACT_VCARD_TOO_LONG"))?;
        contact["vcard"] = json!(card);
    }
    let frame = frame(state, bot, params, 1)?;
    Ok(post(state, bot, &frame, Draft::new("contact", json!({"contact": contact}))))
}
