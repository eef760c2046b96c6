//! A customer's phone: the dialog with a line, and forms by which the customer acts.

use anyhow::{Context, Result};
use askama::Template;
use chrono::{DateTime, Local};
use serde_json::Value;

use super::frame::{Frame, page_of};
use super::pieces::{Piece, pieces};
use crate::kit::act::{Act, Content, Given, Kind, Verb};
use crate::kit::call::{Answer, Call};
use crate::kit::id::Id;
use crate::kit::look::{Look, Visit};
use crate::kit::model::{Author, Button, Dialog, DialogKind, File, Message, Person, State};
use crate::kit::perform::perform;
use crate::kit::wire::{Core, Wire, is_by};

/// Characters shown of a quoted message.
const QUOTED: usize = 80;

/// A file of a bubble: how it is drawn, its address, its name.
struct Drawn {
    how: &'static str,
    href: String,
    name: String,
}

struct Bubble {
    /// Without its content if it was removed.
    message: Message,
    is_mine: bool,
    is_service: bool,
    quote: Option<(String, String)>,
    files: Vec<Drawn>,
    lines: Vec<String>,
    pieces: Vec<Piece>,
    /// Emoji, and whether they are the person's own.
    reactions: Vec<(String, bool)>,
    has_reacted: bool,
    moment: String,
    clock: String,
}

#[derive(Template)]
#[template(path = "kit/phone.html")]
struct PhonePage {
    frame: Frame,
    visit: Visit,
    target: String,
    back: String,
    bubbles: Vec<Bubble>,
    posts: Vec<Post>,
    keyboard: Vec<Vec<Button>>,
    typing: String,
    notice: String,
    refusal: String,
    is_blocked: bool,
    can_write: bool,
    can_stop: bool,
    can_block: bool,
    look: Look,
    samples: Vec<(&'static str, &'static str)>,
    devices: Vec<(&'static str, &'static str)>,
}

fn field<'a>(form: &'a Call, name: &str) -> &'a str {
    form.param(name).unwrap_or_default()
}

fn visit<W: Wire>(core: &Core<W>, state: &State<W::Own>, who: i64, place: &str) -> Option<Visit> {
    core.wire.visits(state).into_iter().find(|visit| visit.who == who && visit.place == place)
}

/// When a message was written, by the clock of this machine.
pub(super) fn moment(message: &Message) -> DateTime<Local> {
    DateTime::from_timestamp_millis(message.at).unwrap_or_default().with_timezone(&Local)
}

fn short(message: &Message) -> String {
    let mut short: String = message.text.chars().take(QUOTED).collect();
    if short.len() < message.text.len() {
        short.push('…');
    }
    if short.is_empty() { message.kind.clone() } else { short }
}

fn drawn(file: &File, base: &str) -> Drawn {
    let how = match (file.mime.split('/').next(), file.kind.as_str()) {
        (Some("image"), "sticker") => "sticker",
        (_, "file" | "document" | "doc") => "file",
        (Some("image"), _) => "picture",
        (Some("video"), _) => "film",
        (Some("audio"), _) => "sound",
        _ => "file",
    };
    let name = if file.name.is_empty() { file.kind.clone() } else { file.name.clone() };
    Drawn { how, href: format!("{base}/files/{}", file.id), name }
}

struct Shown<'a, W: Wire> {
    wire: &'a W,
    state: &'a State<W::Own>,
    frame: &'a Frame,
    visit: &'a Visit,
}

impl<W: Wire> Shown<'_, W> {
    fn bubble(&self, dialog: &Dialog, message: &Message) -> Bubble {
        let who = self.visit.who;
        let base = format!("/phone/{who}/{}", self.visit.place);
        let quoted = message.reply_to.as_ref().and_then(|id| dialog.message(id));
        let date = moment(message);
        let reactions = message.reactions.iter();
        let reactions = reactions.flat_map(|(by, all)| all.iter().map(|emoji| (emoji.clone(), is_by(*by, who))));
        let mut shown = message.clone();
        let mut lines = Vec::new();
        if message.is_removed {
            shown.text.clear();
            shown.files.clear();
            shown.buttons.clear();
        } else {
            lines = self.wire.describe(self.frame.words, self.state, message);
        }
        let files = shown.files.iter().filter_map(|id| self.state.files.get(id));
        Bubble {
            is_mine: is_by(message.author, who),
            is_service: message.author == Author::Anonymous,
            quote: quoted.map(|one| (one.id.to_string(), short(one))),
            files: files.map(|file| drawn(file, &base)).collect(),
            lines,
            pieces: pieces(&shown.text),
            reactions: reactions.collect(),
            has_reacted: message.reactions.contains_key(&Author::Person(who)),
            moment: date.to_rfc3339(),
            clock: date.format("%H:%M").to_string(),
            message: shown,
        }
    }
}

struct Post {
    id: String,
    text: String,
    comments: Vec<(String, String)>,
}

/// The posts of the line's channels.
fn posts<W: Wire>(state: &State<W::Own>, line: &Id, title: &str) -> Vec<Post> {
    let name = |author: Author| match author {
        Author::Person(id) => state.people.get(&id).map_or_else(|| id.to_string(), Person::name),
        _ => title.to_owned(),
    };
    let channels = state.dialogs.values().filter(|dialog| dialog.line == *line && dialog.kind == DialogKind::Channel);
    let post = |dialog: &Dialog, post: &Message| {
        let of_post = |one: &&Message| one.post.as_ref() == Some(&post.id) && !one.is_removed && W::is_here(one);
        let comments = dialog.messages.iter().filter(of_post);
        Post {
            id: post.id.to_string(),
            text: post.text.clone(),
            comments: comments.map(|one| (name(one.author), one.text.clone())).collect(),
        }
    };
    let all = channels.flat_map(|dialog| dialog.messages.iter().map(move |message| (dialog, message)));
    all.filter(|(_, one)| one.post.is_none() && !one.is_removed).map(|(dialog, one)| post(dialog, one)).collect()
}

fn page<W: Wire>(core: &Core<W>, frame: Frame, who: i64, place: &str, refusal: String) -> Option<PhonePage> {
    core.read(|state| {
        let visit = visit(core, state, who, place)?;
        let dialog = visit.dialog.as_ref().and_then(|id| state.dialog(id));
        let messages = dialog.map(|dialog| dialog.messages.as_slice()).unwrap_or_default();
        let line = dialog.map_or_else(|| visit.act.line.clone(), |dialog| dialog.line.clone());
        let look = W::LOOK;
        let has = |verb: Verb| W::ACTS.iter().any(|(_, known, _)| *known == verb);
        let activity = dialog.and_then(|dialog| dialog.activity(state.now, look.typing));
        let is_typing = activity.is_some_and(|one| !look.silent.contains(&one.name.as_str()));
        let notice = state.lines.get(&line).and_then(|line| line.notices.last());
        let buttons = || W::KINDS.iter().filter_map(|kind| Some((kind, kind.button?.0)));
        let shown = Shown { wire: &core.wire, state, frame: &frame, visit: &visit };
        let here = messages.iter().filter(|one| W::is_here(one));
        let bubbles = here.filter_map(|one| Some(shown.bubble(dialog?, one))).collect();
        Some(PhonePage {
            target: frame.link(&format!("/phone/{who}/{place}")),
            back: frame.link("/phone"),
            bubbles,
            posts: posts::<W>(state, &line, &visit.title),
            keyboard: dialog.map(|dialog| dialog.keyboard.clone()).unwrap_or_default(),
            typing: if is_typing { frame.words.fill("typing", &visit.title) } else { String::new() },
            notice: notice.map(|notice| notice.text.clone()).unwrap_or_default(),
            refusal,
            is_blocked: dialog.is_some_and(|dialog| dialog.is_blocked),
            can_write: !look.starts || dialog.is_some_and(|dialog| dialog.is_started),
            can_stop: look.starts && has(Verb::Stop),
            can_block: has(Verb::Block),
            samples: buttons().map(|(kind, word)| (kind.name, frame.t(word))).collect(),
            devices: buttons()
                .filter(|(kind, _)| kind.sample.is_some() && kind.name != "sticker")
                .map(|(kind, word)| (kind.name, frame.t(word)))
                .collect(),
            look,
            visit,
            frame,
        })
    })
}

/// A page, or 404 if nobody has such a phone.
fn shown(status: u16, page: Option<&PhonePage>) -> Answer {
    page.map_or_else(|| Answer::empty(404), |page| page_of(status, page, "'self'"))
}

/// `GET /phone/{person}/{place}`. Opening the page reads the dialog, where the messenger tells the line so.
pub(super) fn show<W: Wire>(core: &Core<W>, call: &Call, person: &str, place: &str) -> Answer {
    let who = person.parse().unwrap_or_default();
    if W::LOOK.reads {
        read(core, who, place);
    }
    shown(200, page(core, Frame::of_call::<W>(call), who, place, String::new()).as_ref())
}

fn read<W: Wire>(core: &Core<W>, who: i64, place: &str) {
    let unread = core.read(|state| {
        let visit = visit(core, state, who, place)?;
        let dialog = state.dialog(visit.dialog.as_ref()?)?;
        let is_unread = |one: &Message| !is_by(one.author, who) && one.read_at.is_none() && W::is_here(one);
        dialog.messages.iter().any(is_unread).then_some(visit.act)
    });
    if let Some(act) = unread {
        // A person who may not read there has nothing to report.
        let _done = perform(core, &Act { verb: Verb::Read, ..act });
    }
}

/// `GET /phone/{person}/{place}/files/{file}`.
pub(super) fn file<W: Wire>(core: &Core<W>, file: &str) -> Answer {
    let file = core.read(|state| state.files.get(&Id::from(file)).cloned());
    match file.and_then(|file| Some((file.mime, file.bytes?))) {
        Some((mime, bytes)) => {
            let mime = if mime.is_empty() { "application/octet-stream" } else { mime.as_str() };
            Answer::new(200, mime, bytes).with("x-content-type-options", "nosniff")
        }
        None => Answer::empty(404),
    }
}

fn asked<W: Wire>(form: &Call, from: Act) -> Result<Act> {
    let message = |act: Act| act.message(field(form, "message"));
    let verb = |verb| Act { verb, ..from.clone() };
    Ok(match form.param("do").unwrap_or("text") {
        "text" if !field(form, "edit").is_empty() => {
            verb(Verb::Edit).message(field(form, "edit")).text(field(form, "text"))
        }
        "text" => replied(verb(Verb::Send).content(Content::text(field(form, "text"))), form),
        "start" => verb(Verb::Start),
        "stop" => verb(Verb::Stop),
        "block" => verb(Verb::Block),
        "unblock" => verb(Verb::Unblock),
        "comment" => verb(Verb::Send).to("post", field(form, "post")).text(field(form, "text")),
        "read" => verb(Verb::Read),
        "remove" => message(verb(Verb::Remove)),
        "react" => message(verb(Verb::React)).with("emoji", field(form, "emoji")),
        "press" => {
            let number = |name| field(form, name).parse::<u64>().unwrap_or_default();
            message(verb(Verb::Press)).with("row", number("row")).with("column", number("column"))
        }
        what => match W::KINDS.iter().find(|kind| kind.name == what) {
            Some(kind) => replied(sent::<W>(from, content(kind, form)?)?, form),
            None => {
                let named = Act::named(what, W::ACTS)?;
                let text = Some(field(form, "text")).filter(|text| !text.is_empty()).map(str::to_owned);
                Act { name: named.name, verb: named.verb, text, ..from }
            }
        },
    })
}

/// The act that sends content: an album for several files, where the messenger has albums.
fn sent<W: Wire>(from: Act, content: Content) -> Result<Act> {
    let act = match Act::named("album", W::ACTS) {
        Ok(album) if content.files.len() > 1 => album,
        _ => return Ok(Act { verb: Verb::Send, ..from }.content(content)),
    };
    let Content { kind, text, files, more } = content;
    let one = |(at, file): (usize, Given)| Content {
        kind: kind.clone(),
        text: if at == 0 { text.clone() } else { String::new() },
        files: vec![file],
        more: more.clone(),
    };
    let contents = files.into_iter().enumerate().map(one).collect();
    Ok(Act { name: act.name, verb: act.verb, contents, ..from })
}

fn replied(act: Act, form: &Call) -> Act {
    match field(form, "reply_to") {
        "" => act,
        id => act.reply_to(id),
    }
}

/// The content of a button, with the files that were chosen on the device.
fn content(kind: &Kind, form: &Call) -> Result<Content> {
    let (_, fields) = kind.button.context("the phone does not offer it")?;
    let fields: Value = serde_json::from_str(if fields.is_empty() { "{}" } else { fields })?;
    let more = fields.as_object().cloned().unwrap_or_default();
    let chosen = form.parts.iter().filter(|part| !part.bytes.is_empty());
    let files = chosen.map(|part| Given::bytes(&part.file_name, &part.mime, part.bytes.clone())).collect();
    Ok(Content { kind: kind.name.to_owned(), text: field(form, "text").to_owned(), files, more })
}

/// `POST /phone/{person}/{place}`: a form; then the page again, with the refusal if there is one.
pub(super) fn press<W: Wire>(core: &Core<W>, form: &Call, person: &str, place: &str) -> Answer {
    let who = person.parse().unwrap_or_default();
    let Some(visit) = core.read(|state| visit(core, state, who, place)) else { return Answer::empty(404) };
    let frame = Frame::of_call::<W>(form);
    match asked::<W>(form, visit.act).and_then(|act| perform(core, &act)) {
        Ok(_) => frame.back_to(&format!("/phone/{who}/{place}")),
        Err(error) => shown(422, page(core, frame, who, place, format!("{error:#}")).as_ref()),
    }
}
