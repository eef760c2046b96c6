//! Erases what delivered messages said, in accounts that keep no texts. After everything else of the batch, because it
//! depends on the letters that remain.

use base::message::LetterKind;

use super::{Settled, Settlement};
use crate::rows::{Rows, Write};

/// The message was delivered, and no change of it still waits in its lane. One that failed can be sent again, so it
/// keeps its text.
const DELIVERED: &str = "message.state IN (1, 2, 3) AND NOT EXISTS (SELECT 1 FROM letter WHERE \
     letter.tenant_id = {account} AND letter.lane_id = rows.lane_id AND letter.message_id = rows.id \
     AND letter.kind IN (1, 2))";

fn delivered<'a>(mine: &[&'a Settlement]) -> Vec<(&'a Settlement, &'a str, i32)> {
    let content = |one: &Settlement| matches!(one.claim.letter.kind, LetterKind::Message | LetterKind::Edit);
    mine.iter()
        .filter(|one| one.settled == Settled::Delivered && content(one))
        .filter_map(|one| one.forget.as_ref().map(|(body, day)| (*one, body.as_str(), *day)))
        .collect()
}

fn keys(all: &[(&Settlement, &str, i32)]) -> Rows {
    Rows::new()
        .uuid("tenant_id", all.iter().map(|(one, ..)| one.claim.tenant_id))
        .uuid("lane_id", all.iter().map(|(one, ..)| one.claim.lane_id))
        .uuid("id", all.iter().map(|(one, ..)| one.claim.letter.message_id))
}

/// Their texts.
pub fn texts(mine: &[&Settlement]) -> Write {
    let all = delivered(mine);
    keys(&all).text("body", all.iter().map(|(_, body, _)| *body)).write(format!(
        "UPDATE message SET body = rows.body FROM rows WHERE message.tenant_id = {{account}} \
         AND message.id = rows.id AND {DELIVERED}"
    ))
}

/// Their files. Not at once: the other side fetches them by their links.
pub fn files(mine: &[&Settlement]) -> Write {
    let all = delivered(mine);
    keys(&all).int("day", all.iter().map(|(.., day)| *day)).write(format!(
        "UPDATE media SET day = rows.day FROM rows WHERE media.tenant_id = {{account}} \
         AND media.message_id = rows.id AND media.day > rows.day AND EXISTS (SELECT 1 FROM message \
         WHERE message.tenant_id = {{account}} AND message.id = rows.id AND {DELIVERED})"
    ))
}
