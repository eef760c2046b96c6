//! What people send, as fields of `Message`; and what is around it: topics, quotes, origins, anonymous authors.

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use super::files::{self, Loaded};
use super::options::{Options, Telegram};
use super::{detect, json};
use crate::kit::{Act, Content, Given, Id, Message, Sample, Wire};

/// Those of the fields that were given.
fn pick(from: &Map<String, Value>, names: &[&str]) -> Value {
    let given = names.iter().filter_map(|name| Some(((*name).to_owned(), from.get(*name)?.clone())));
    Value::Object(given.filter(|(_, value)| !value.is_null()).collect())
}

/// The same; the first two must be there.
fn pick_all(from: &Map<String, Value>, names: &[&str]) -> Result<Value> {
    for name in names.iter().take(2) {
        from.get(*name).with_context(|| format!("{name} is missing"))?;
    }
    Ok(pick(from, names))
}

/// A file of an act, ready to be stored.
fn load(state: &Telegram, given: &Given, sample: Sample) -> Result<Loaded> {
    let (name, mime, bytes) = given.resolve(state, sample)?;
    let is_nameless = given.more.get("is_nameless") == Some(&json!(true));
    Ok(Loaded { name: if is_nameless { String::new() } else { name }, mime, bytes })
}

fn photo(state: &mut Telegram, given: &Given) -> Result<Value> {
    let file = load(state, given, Sample::PICTURE)?;
    Ok(state.photo(&file.bytes))
}

/// Fills a draft with what the person sends.
pub(super) fn fill(state: &mut Telegram, act: &Act, draft: &mut Message) -> Result<()> {
    let text = Content::of("text");
    let content = act.contents.first().unwrap_or(&text);
    let mut fields = json!({});
    if content.kind == "text" {
        draft.text = draft.text.trim().to_owned();
        ensure!(!draft.text.is_empty(), "there is nothing to send");
        let is_short = detect::length(&draft.text) <= 4096;
        ensure!(is_short, "a message has at most 4096 characters; the app would send two");
        fields = pick(&content.more, &["entities"]);
    } else if let Some(sample) = Options::KINDS.iter().find(|kind| kind.name == content.kind).and_then(|one| one.sample)
    {
        let object = file(state, content, sample, &mut fields)?;
        // Of a live photo the still picture is shown.
        draft.files.extend(files::shown(fields.get("photo").unwrap_or(&object)));
        fields[&content.kind] = object;
    } else {
        fields = plain(state, act.who, content)?;
    }
    if content.kind == "own_contact" {
        draft.kind = "contact".to_owned();
    }
    draft.parts = vec![fields];
    Ok(())
}

/// The object of a file; what goes beside it is put into `fields`.
fn file(state: &mut Telegram, content: &Content, sample: Sample, fields: &mut Value) -> Result<Value> {
    let given = content.files.first().cloned().unwrap_or_default();
    if content.kind == "photo" {
        return photo(state, &given);
    }
    if content.kind == "live_photo" {
        fields["photo"] = photo(state, &given)?;
        let film = load(state, &Given::default(), Sample::CLIP)?;
        return Ok(state.object(files::sort("video"), film, &Map::new()));
    }
    let sample = match content.field("form") {
        "animated" => Sample::ANIMATED_STICKER,
        "video" => Sample::VIDEO_STICKER,
        _ => sample,
    };
    let loaded = load(state, &given, sample)?;
    let mut object = state.object(files::sort(&content.kind), loaded, &given.more);
    for name in ["performer", "title", "emoji", "set_name"] {
        if let Some(value) = content.more.get(name).filter(|value| !value.is_null()) {
            object[name] = value.clone();
        }
    }
    match content.kind.as_str() {
        "sticker" => {
            object["is_animated"] = json!(content.field("form") == "animated");
            object["is_video"] = json!(content.field("form") == "video");
        }
        "animation" => {
            fields["document"] = pick(
                object.as_object().unwrap_or(&Map::new()),
                &["file_unique_id", "file_size", "mime_type", "file_name"],
            );
        }
        _ => {}
    }
    Ok(object)
}

fn plain(state: &mut Telegram, who: i64, content: &Content) -> Result<Value> {
    let more = &content.more;
    let needed = |name: &str| more.get(name).cloned().with_context(|| format!("{name} is missing"));
    let list = |name: &str| Ok::<_, anyhow::Error>(needed(name)?.as_array().cloned().unwrap_or_default());
    Ok(match content.kind.as_str() {
        "location" => {
            let names = ["latitude", "longitude", "live_period", "heading", "horizontal_accuracy"];
            json!({"location": pick_all(more, &names)?})
        }
        "venue" => {
            let location = pick_all(more, &["latitude", "longitude"])?;
            let venue = json!({"location": location, "title": needed("title")?, "address": needed("address")?});
            json!({"venue": venue, "location": location})
        }
        "contact" => {
            let names = ["phone_number", "first_name", "last_name", "user_id", "vcard"];
            json!({"contact": pick_all(more, &names)?})
        }
        "own_contact" => {
            let person = state.people.get(&who).context("there is no such person")?;
            let mut contact =
                json!({"phone_number": person.phone, "first_name": person.first_name, "user_id": person.id});
            if !person.last_name.is_empty() {
                contact["last_name"] = json!(person.last_name);
            }
            json!({"contact": contact})
        }
        "poll" => poll(state, &needed("question")?, &list("options")?),
        "dice" => json!({"dice": pick_all(more, &["emoji", "value"])?}),
        "story" => json!({"story": {"chat": card(&needed("chat")?, "channel"), "id": needed("id")?}}),
        "paid_media" => {
            let preview = json!({"type": "preview", "width": 1280, "height": 720, "duration": 20});
            json!({"paid_media": {"star_count": needed("stars")?, "paid_media": [preview]}})
        }
        "checklist" => {
            let task = |(id, text): (usize, &Value)| json!({"id": id + 1, "text": text});
            let tasks: Vec<Value> = list("tasks")?.iter().enumerate().map(task).collect();
            json!({"checklist": {"title": needed("title")?, "tasks": tasks}})
        }
        "rich_message" => json!({"rich_message": {"blocks": needed("blocks")?}}),
        _ => needed("fields")?,
    })
}

/// `Poll` of a person or a bot.
pub(super) fn poll(state: &mut Telegram, question: &Value, options: &[Value]) -> Value {
    let mut option = |text: &Value| {
        let id = format!("option-{}", state.next_serial());
        json!({"persistent_id": id, "text": text, "voter_count": 0})
    };
    let options: Vec<Value> = options.iter().map(&mut option).collect();
    let id = format!("{}", 5_431_112_223_334_000_000 + state.next_serial());
    json!({"poll": {"id": id, "question": question, "options": options, "total_voter_count": 0, "is_closed": false,
        "is_anonymous": true, "type": "regular", "allows_multiple_answers": false, "allows_revoting": true,
        "members_only": false}})
}

/// `Chat` of which only the name is known: id, title, perhaps a username.
fn card(given: &Value, kind: &str) -> Value {
    let mut chat = pick(given.as_object().unwrap_or(&Map::new()), &["id", "title", "username"]);
    chat["type"] = json!(kind);
    chat
}

/// Adds what is around the content.
pub(super) fn dress(state: &Telegram, act: &Act, dialog: &Id, draft: &mut Message) -> Result<()> {
    let given = |name: &str| act.more.get(name);
    let date = state.date();
    let dialog = state.dialog(dialog).context("there is no such chat")?;
    let answered = act.reply_to.as_ref().map(|id| dialog.message(id).context("the quoted message is not there"));
    let answered = answered.transpose()?.map(|one| one.text.as_str()).unwrap_or_default();
    let mut around = Map::new();
    let mut add = |key: &str, value: Value| around.insert(key.to_owned(), value);
    if let Some((_, thread)) = act.to.as_ref().filter(|(word, _)| word == "topic") {
        add("message_thread_id", thread[1].clone());
        add("is_topic_message", json!(true));
    }
    if let Some(quote) = given("quote") {
        let text = quote["text"].as_str().unwrap_or_default();
        let found = answered.split_once(text).map_or(0, |(before, _)| detect::length(before));
        let mut value = json!({"text": text, "position": quote["position"].as_u64().map_or(json!(found), Value::from)});
        if quote["is_manual"] == true {
            value["is_manual"] = json!(true);
        }
        add("quote", value);
    }
    if let Some(external) = given("external") {
        let (chat, message) = (card(&external["chat"], "channel"), &external["message"]);
        let origin = json!({"type": "channel", "chat": chat, "message_id": message, "date": date - 86_400});
        add("external_reply", json!({"origin": origin, "chat": chat, "message_id": message}));
    }
    if let Some(forward) = given("forward") {
        add("forward_origin", origin(state, forward, date - 3_600)?);
        draft.forward = Some(Id::default());
    }
    if given("anonymous") == Some(&json!(true)) {
        add("sender_chat", state.chat(&dialog.line, dialog));
        add("from", json::anonymous());
    }
    if let Some(signature) = given("signature") {
        add("author_signature", signature.clone());
    }
    around.extend(given("fields").and_then(Value::as_object).cloned().unwrap_or_default());
    draft.at = given("date").and_then(Value::as_i64).unwrap_or_default() * 1_000;
    draft.more.extend(around);
    Ok(())
}

/// `MessageOrigin`.
fn origin(state: &Telegram, forward: &Value, date: i64) -> Result<Value> {
    let whence = forward.as_object().and_then(|one| one.iter().next());
    let (word, more) = whence.context("forward names where it comes from")?;
    let mut origin = match word.as_str() {
        "user" => {
            let id = more["id"].as_i64().unwrap_or_default();
            let stranger = json!({"id": id, "is_bot": false, "first_name": more["first_name"]});
            json!({"type": "user", "sender_user": if state.people.contains_key(&id) { state.user(id) } else { stranger }})
        }
        "hidden" => json!({"type": "hidden_user", "sender_user_name": more["name"]}),
        "chat" => json!({"type": "chat", "sender_chat": card(&more["chat"], "supergroup")}),
        _ => json!({"type": "channel", "chat": card(&more["chat"], "channel"), "message_id": more["message"]}),
    };
    if let Some(signature) = more["signature"].as_str() {
        origin["author_signature"] = json!(signature);
    }
    origin["date"] = json!(date);
    Ok(origin)
}
