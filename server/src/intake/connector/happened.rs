//! Stores events from a messenger: each in its own commit, with repeats recognised.

use base::message::Person;
use bytes::Bytes;
use connectors::incoming::{Changed, Happened, Reacted, Written};
use queue::parcel::{Conversation, DedupeKey, Entry, Event, RawHook};

use super::apart::{self, Not, raw_of};
use super::{Again, Line, pressed, room};
use crate::intake::edit::{self, Change};
use crate::intake::message::{self, Incoming};
use crate::intake::{clean, reaction, store};
use crate::lookup::{About, known_message};
use crate::source::line as lines;

/// Stores all events. One that can never be stored is kept as bytes, so that it does not block the following ones.
pub(super) async fn take(line: &Line, body: Bytes, all: Vec<Happened>) -> Result<(), Again> {
    let mut raw = Some(raw_of(line, body.clone(), ""));
    for happened in all {
        match one(line, happened, &mut raw).await {
            Ok(()) => {}
            Err(Not::Now) => return Err(Again),
            Err(Not::Ever(why)) => apart::keep(line, body.clone(), why).await?,
        }
    }
    Ok(())
}

async fn one(line: &Line, happened: Happened, raw: &mut Option<RawHook>) -> Result<(), Not> {
    match happened {
        Happened::Wrote(written) => wrote(line, *written, raw).await,
        Happened::Changed(changed) => change(line, *changed, raw).await,
        Happened::TookBack { messages } => took_back(line, messages).await,
        Happened::Reacted(reacted) => react(line, *reacted).await,
        Happened::Pressed(press) => pressed::take(line, *press, raw).await,
        Happened::Began(began) => {
            room::open(line, &began.conversation_id, &began.customer, began.mark.as_deref()).await
        }
        Happened::Reach { conversation_id, reachable, at } => room::reach(line, &conversation_id, reachable, at).await,
        Happened::Moved { from, to } => room::moved(line, &from, &to).await,
        Happened::Learned { part, key, value } => Ok(lines::learned(&line.app, &line.source, part, &key, value).await?),
        Happened::Nothing(why) => {
            metrics::counter!("parom_ignored_total", "door" => line.connector.kind(), "reason" => why).increment(1);
            Ok(())
        }
        Happened::Unknown(_) => Err(Not::Ever("unknown_update")),
    }
}

/// A message of a customer, or one written to them outside amoCRM.
pub(super) async fn wrote(line: &Line, written: Written, raw: &mut Option<RawHook>) -> Result<(), Not> {
    if let Some(room) = &written.room {
        room::open(line, &written.conversation_id, room, None).await?;
    }
    let incoming = Incoming {
        external_id: written.external_id,
        conversation_id: written.conversation_id,
        sent_at: written.sent_at,
        body: written.body,
    };
    message::accept(&line.app, &line.source, incoming, raw.take()).await?;
    Ok(())
}

/// An edited message; an unknown one is stored as new.
async fn change(line: &Line, changed: Changed, raw: &mut Option<RawHook>) -> Result<(), Not> {
    if is_known(line, &changed.key, Event::Edit).await? {
        return Ok(());
    }
    let about = About::Theirs(changed.written.external_id.clone());
    let says = Change::Says(Box::new(changed.written.body.content.clone()));
    match edit::accept(&line.app, &line.source, &about, says).await.map_err(Not::from) {
        Ok(_) => {}
        Err(Not::Ever("unknown")) => wrote(line, changed.written, raw).await?,
        // It was deleted meanwhile, or it is a message from amoCRM.
        Err(Not::Ever("conflict")) => {}
        Err(not) => return Err(not),
    }
    note(line, changed.key, Event::Edit).await
}

/// Unknown messages and those from amoCRM cannot be deleted here.
async fn took_back(line: &Line, messages: Vec<String>) -> Result<(), Not> {
    for id in messages {
        match edit::accept(&line.app, &line.source, &About::Theirs(id), Change::Deleted).await.map_err(Not::from) {
            Ok(_) | Err(Not::Ever("unknown" | "conflict")) => {}
            Err(not) => return Err(not),
        }
    }
    Ok(())
}

/// A reaction to an unknown message is ignored.
async fn react(line: &Line, reacted: Reacted) -> Result<(), Not> {
    if is_known(line, &reacted.key, Event::Reaction).await? {
        return Ok(());
    }
    let sender = Person { avatar_reference: None, ..reacted.sender };
    let emoji = reacted.emoji.as_deref().map(clean);
    let about = About::Theirs(reacted.message);
    match reaction(&line.app, &line.source, &about, sender, emoji).await.map_err(Not::from) {
        Ok(()) => note(line, reacted.key, Event::Reaction).await,
        Err(Not::Ever("unknown")) => Ok(()),
        Err(not) => Err(not),
    }
}

/// Whether this event is already stored.
pub(super) async fn is_known(line: &Line, key: &str, event: Event) -> Result<bool, Not> {
    let found = known_message(&line.app.store, line.source.tenant_id, line.source.id, key, &[event]).await?;
    Ok(found.is_some())
}

/// Records that the event arrived.
pub(super) async fn note(line: &Line, key: String, event: Event) -> Result<(), Not> {
    let key = DedupeKey { origin: line.source.id, external_id: clean(&key), event };
    let id = line.app.clock.uuid_v7();
    let entry = Entry::bare(key, id, line.app.clock.millis(), Conversation::Known(uuid::Uuid::nil()));
    store(&line.app, line.source.tenant_id, None, entry).await?;
    Ok(())
}
