//! `editMessageText`, `editMessageCaption`, `editMessageMedia`, `editMessageReplyMarkup`.

use serde_json::{Map, Value};

use super::{
    album,
    answer::{Answered, Refusal, bad, ensure},
    give, markup,
    params::Params,
    send, send_files,
    target::{self, Target},
    text,
};
use crate::telegram::{
    core::Core,
    publish::Event,
    state::{Message, Place, State},
};

/// Seconds for which a business bot may edit messages that it did not send.
const BUSINESS: i64 = 48 * 3_600;

const SAME: &str = "message is not modified: specified new message content and reply markup are exactly the same as a \
                    current content and reply markup of the message";

/// The message to edit.
fn find(state: &State, bot: i64, params: &Params) -> Result<(Target, Message), Refusal> {
    let target = target::writable(state, bot, params)?;
    let id = params.int("message_id").ok_or_else(|| bad("message identifier is not specified"))?;
    let message = state.message(&target.place, id).cloned().ok_or_else(|| bad("message to edit not found"))?;
    let is_recent = state.date() - message.date < BUSINESS;
    let may = message.is_by_bot(bot) || (target.owner.is_some() && message.author_is(target.owner) && is_recent);
    ensure(may, || bad("message can't be edited"))?;
    Ok((target, message))
}

/// Applies the changed fields and buttons, if anything differs.
fn change(
    state: &mut State,
    bot: i64,
    params: &Params,
    (target, message): (Target, Message),
    fields: impl FnOnce(&mut Map<String, Value>),
) -> Answered {
    let markup = markup::read(&target, params)?;
    let mut new = message.fields.clone();
    fields(&mut new);
    new.remove("reply_markup");
    if let Some(inline) = markup.inline {
        new.insert("reply_markup".to_owned(), inline);
    }
    ensure(new != message.fields, || bad(SAME))?;
    let now = state.now;
    if let Some(seconds) = state.rates.count(bot, target.chat, 1, now) {
        return Err(Refusal::too_many(seconds));
    }
    let date = state.date();
    if let Some(kept) = state.message_mut(&target.place, message.id) {
        kept.fields = new;
        kept.edit_date = Some(date);
    }
    if matches!(target.place, Place::Personal { .. }) {
        state.announce(&target.place, message.id, Event::Edited);
    }
    Ok(send::shown(state, bot, &target.place, message.id))
}

/// `editMessageText`.
pub(super) fn text(state: &mut State, bot: i64, params: &Params) -> Answered {
    let text = text::message(params)?;
    let found = find(state, bot, params)?;
    ensure(found.1.kind == "text", || bad("there is no text in the message to edit"))?;
    change(state, bot, params, found, |fields| {
        fields.remove("entities");
        send::put_text(fields, ("text", "entities"), text);
    })
}

/// `editMessageCaption`.
pub(super) fn caption(state: &mut State, bot: i64, params: &Params) -> Answered {
    const CAPTIONED: [&str; 6] = ["photo", "video", "animation", "audio", "document", "voice"];
    let caption = text::caption(params)?;
    let found = find(state, bot, params)?;
    ensure(CAPTIONED.contains(&found.1.kind.as_str()), || bad("there is no caption in the message to edit"))?;
    change(state, bot, params, found, |fields| {
        fields.remove("caption");
        fields.remove("caption_entities");
        send::put_text(fields, ("caption", "caption_entities"), caption);
    })
}

/// `editMessageReplyMarkup`.
pub(super) fn markup(state: &mut State, bot: i64, params: &Params) -> Answered {
    let found = find(state, bot, params)?;
    change(state, bot, params, found, |_| {})
}

/// `editMessageMedia`.
pub(super) async fn media(core: &Core, bot: i64, params: &Params) -> Answered {
    let media = params.json("media", "media")?.ok_or_else(|| bad("there is no media in the request"))?;
    let kind = album::kind(&media)?;
    let link = media["media"].as_str().unwrap_or_default();
    let source = give::named(core, bot, params, link, kind).await?;
    let caption = album::caption(&media)?;
    core.change(|state| {
        let found = find(state, bot, params)?;
        ensure(State::file_of(&found.1).is_some(), || bad("message can't be edited"))?;
        let draft = send_files::draft(state, kind, source, &album::beside(&media))?;
        let (place, id, kind) = (found.0.place.clone(), found.1.id, draft.kind.clone());
        let answer = change(state, bot, params, found, |fields| {
            fields.retain(|key, _| key == "media_group_id" || key == "quote");
            fields.extend(draft.fields);
            send::put_text(fields, ("caption", "caption_entities"), caption);
        })?;
        if let Some(message) = state.message_mut(&place, id) {
            message.kind = kind;
        }
        Ok(answer)
    })
}
