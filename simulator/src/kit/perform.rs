//! What acts do to the model. The wire is asked for the place, for the form of content, and what to tell the line.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::act::{Act, Done, Verb};
use super::id::Id;
use super::model::{Author, Button, Dialog, Message, State};
use super::wire::{Core, Event, Wire, is_by};

/// Performs an act; the error explains why nothing was done.
pub(crate) fn perform<W: Wire>(core: &Core<W>, act: &Act) -> Result<Done> {
    core.change(|state| run::<W>(state, act))
}

fn run<W: Wire>(state: &mut State<W::Own>, act: &Act) -> Result<Done> {
    if act.verb == Verb::Own {
        return (W::HANDLERS.act)(state, act);
    }
    ensure!(state.people.contains_key(&act.who), "there is no such person");
    let dialog = (W::HANDLERS.place)(state, act)?;
    let mut messages = Vec::new();
    let (mut press, mut was) = (None, Vec::new());
    match act.verb {
        Verb::Start => {
            let known = open(state, &dialog)?;
            (known.is_started, known.is_blocked) = (true, false);
        }
        Verb::Stop => open(state, &dialog)?.is_started = false,
        Verb::Block | Verb::Unblock => {
            let known = open(state, &dialog)?;
            if known.is_blocked == act.blocks() {
                return Ok(Done { dialog, ..Done::default() });
            }
            known.is_blocked = act.blocks();
        }
        Verb::Send => {
            let id = write::<W>(state, act, &dialog, Author::Person(act.who))?;
            return Ok(Done { messages: vec![id], dialog, ..Done::default() });
        }
        Verb::Edit => messages.push(edit::<W>(state, act, &dialog)?),
        Verb::Remove => {
            for id in &act.messages {
                own(state, act, &dialog, id)?.is_removed = true;
                messages.push(id.clone());
            }
        }
        Verb::React => {
            let known = open(state, &dialog)?.message_mut(act.first()?).context("there is no such message")?;
            was = known.reactions.insert(Author::Person(act.who), emoji(act)).unwrap_or_default();
            known.reactions.retain(|_, all| !all.is_empty());
            messages.push(known.id.clone());
        }
        Verb::Press => {
            let known = open(state, &dialog)?.message(act.first()?).context("there is no such message")?;
            let meant = pressed(known, act).context("the message has no such button")?;
            ensure!(meant.2.url.is_none(), "the button leads to a page");
            press = Some(meant);
            messages.push(known.id.clone());
        }
        Verb::Read => {
            let now = state.now;
            let known = open(state, &dialog)?;
            let last = act.messages.first().and_then(|id| known.messages.iter().position(|one| one.id == *id));
            let count = last.map_or(known.messages.len(), |at| at + 1);
            let is_unread =
                |one: &&mut Message| !is_by(one.author, act.who) && one.read_at.is_none() && W::is_here(one);
            for message in known.messages.iter_mut().take(count).filter(is_unread) {
                message.read_at = Some(now);
                messages.push(message.id.clone());
            }
        }
        Verb::Type => {}
        Verb::Own => bail!("only {} knows {}", W::LOOK.title, act.name),
    }
    let nothing = Id::default();
    let mut id = Id::default();
    // One removal or read receipt may concern several messages; the messenger decides how it reports them.
    let told =
        if matches!(act.verb, Verb::Remove) { messages.as_slice() } else { messages.get(..1).unwrap_or_default() };
    for message in if told.is_empty() { std::slice::from_ref(&nothing) } else { told } {
        id = (W::HANDLERS.report)(
            state,
            &Event { act, dialog: &dialog, message, press: press.take(), was: was.clone() },
        );
    }
    Ok(Done { messages, dialog, id })
}

fn open<'a, O>(state: &'a mut State<O>, dialog: &Id) -> Result<&'a mut Dialog> {
    state.dialogs.get_mut(dialog).context("there is no such chat")
}

/// Writes the content of an act into a dialog and reports it; for acts that only one messenger has, with the verb
/// `Send`: an album, a message of the business in the messenger's own application.
pub fn write<W: Wire>(state: &mut State<W::Own>, act: &Act, dialog: &Id, author: Author) -> Result<Id> {
    let draft = draft::<W>(state, act)?;
    let id = (W::HANDLERS.next_message)(state, dialog);
    state.add(dialog, Message { id: id.clone(), author, ..draft });
    (W::HANDLERS.report)(state, &Event { act, dialog, message: &id, press: None, was: Vec::new() });
    Ok(id)
}

fn draft<W: Wire>(state: &mut State<W::Own>, act: &Act) -> Result<Message> {
    let said = act.contents.iter().map(|content| content.text.as_str()).find(|text| !text.is_empty());
    let mut draft = Message {
        kind: act.contents.first().map_or("text", |content| content.kind.as_str()).to_owned(),
        text: act.text.clone().unwrap_or_else(|| said.unwrap_or_default().to_owned()),
        reply_to: act.reply_to.clone(),
        forward: act.forward.clone(),
        ..Message::default()
    };
    (W::HANDLERS.compose)(state, act, &mut draft)?;
    Ok(draft)
}

fn own<'a, O>(state: &'a mut State<O>, act: &Act, dialog: &Id, id: &Id) -> Result<&'a mut Message> {
    let message = open(state, dialog)?.message_mut(id).context("there is no such message")?;
    ensure!(is_by(message.author, act.who), "somebody else wrote this message");
    Ok(message)
}

fn edit<W: Wire>(state: &mut State<W::Own>, act: &Act, dialog: &Id) -> Result<Id> {
    let id = act.first()?.clone();
    own(state, act, dialog, &id)?;
    let draft = draft::<W>(state, act)?;
    let now = state.now;
    let message = own(state, act, dialog, &id)?;
    message.edited_at = Some(now);
    message.text = draft.text;
    if !act.contents.is_empty() {
        (message.kind, message.files, message.parts) = (draft.kind, draft.files, draft.parts);
        message.more.extend(draft.more);
    }
    Ok(id)
}

/// The reactions of an act: one, several, or none.
fn emoji(act: &Act) -> Vec<String> {
    let text = |one: &Value| one.as_str().map_or_else(|| one.to_string(), str::to_owned);
    match act.more.get("emoji").or_else(|| act.more.get("reaction")) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(all)) => all.iter().map(text).collect(),
        Some(one) => Some(text(one)).filter(|text| !text.is_empty()).into_iter().collect(),
    }
}

/// The button that an act names: by its row and column, by its number, by its payload (the id of a list's row) or by its
/// text.
fn pressed(message: &Message, act: &Act) -> Option<(usize, usize, Button)> {
    let number = |name: &str| usize::try_from(act.more.get(name)?.as_u64()?).ok();
    let rows = message.buttons.iter().enumerate();
    let all = rows.flat_map(|(row, buttons)| buttons.iter().enumerate().map(move |(column, one)| (row, column, one)));
    let is_meant = |at: usize, row: usize, column: usize, button: &Button| {
        if let Some(wanted) = number("row").zip(number("column")) {
            return wanted == (row, column);
        }
        if let Some(wanted) = number("button") {
            return wanted == at;
        }
        match act.more.get("payload").or_else(|| act.more.get("row")).and_then(Value::as_str) {
            Some(payload) => button.payload.as_deref() == Some(payload),
            None => {
                let title = act.field("title");
                !title.is_empty() && (button.text == title || button.payload.as_deref() == Some(title))
            }
        }
    };
    let mut meant = all.enumerate().filter(|(at, (row, column, button))| is_meant(*at, *row, *column, button));
    meant.next().map(|(_, (row, column, button))| (row, column, button.clone()))
}
