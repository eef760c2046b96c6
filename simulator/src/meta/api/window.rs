//! Who may be written to, and when: for 24 hours after the person's last message, for seven days with the tag
//! `HUMAN_AGENT` (`messenger-platform/policy`), and once within seven days of a comment (`private-replies`).

use serde_json::Value;

use super::{
    answer::{Refusal, bad, ensure, wrong},
    params::Params,
    tokens::Caller,
};
use crate::meta::state::{DAY, Platform, State};

const WEEK: i64 = 7 * DAY;

/// The receiver of a message.
#[derive(Clone, Debug)]
pub(super) struct Receiver {
    pub(super) person: i64,
    /// The comment that it answers.
    pub(super) comment: Option<String>,
}

/// The error for a message sent outside the window.
fn closed(platform: Platform) -> Refusal {
    let subcode = match platform {
        Platform::Instagram => 2_534_022,
        Platform::Facebook => 2_018_278,
    };
    let message = "(#10) This message is sent outside of allowed window. Learn more about the new policy here: \
                   https://developers.facebook.com/docs/messenger-platform/policy-overview";
    Refusal::new(400, 10, subcode, message)
}

/// Finds the receiver of a message and checks that the account may write now.
pub(super) fn receiver(state: &State, caller: &Caller, params: &Params) -> Result<Receiver, Refusal> {
    let recipient = params.object("recipient");
    if let Some(comment) = recipient["comment_id"].as_str() {
        return private_reply(state, caller, comment);
    }
    let person = person(state, caller, &recipient)?;
    let tag = params.text("tag");
    let is_tagged = params.text("messaging_type").as_deref() == Some("MESSAGE_TAG");
    ensure(is_tagged == tag.is_some(), || bad("The parameter tag belongs to messaging_type MESSAGE_TAG"))?;
    let chat = state.chats.get(&(caller.account.clone(), person));
    let passed = chat.and_then(|chat| chat.last_from_person).map(|at| state.now - at);
    let span = match tag.as_deref() {
        None => DAY,
        Some("HUMAN_AGENT") => {
            let may = state.apps.get(&caller.app).is_some_and(|app| app.has_human_agent);
            ensure(may, super::answer::not_permitted)?;
            WEEK
        }
        Some(_) => return Err(bad("Param tag must be one of {HUMAN_AGENT}")),
    };
    ensure(passed.is_some_and(|passed| passed < span), || closed(caller.platform))?;
    Ok(Receiver { person, comment: None })
}

/// The person in `recipient.id`, if they can be reached at all.
pub(super) fn person(state: &State, caller: &Caller, recipient: &Value) -> Result<i64, Refusal> {
    let id = recipient["id"].as_str().ok_or_else(|| bad("Param recipient must be non-empty."))?;
    let found = state.person_at(&caller.account, id);
    let found = found.ok_or_else(|| wrong(2_018_001, "No matching user found"))?;
    let chat = state.chats.get(&(caller.account.clone(), found));
    let is_gone = state.people.get(&found).is_none_or(|one| one.is_deleted);
    let unavailable = || Refusal::new(400, 551, 1_545_041, "(#551) This person isn't available right now.");
    ensure(!is_gone && chat.is_none_or(|chat| !chat.is_blocked), unavailable)?;
    Ok(found)
}

fn private_reply(state: &State, caller: &Caller, comment: &str) -> Result<Receiver, Refusal> {
    caller.may("comments")?;
    let found = state.comments.get(comment).ok_or_else(|| super::answer::no_object(comment))?;
    let post = state.posts.get(&found.post).filter(|post| post.account == caller.account);
    let post = post.ok_or_else(|| super::answer::no_object(comment))?;
    let cannot = || Refusal::new(400, 10_903, None, "(#10903) This user cant reply to this activity");
    let person = found.person.ok_or_else(cannot)?;
    ensure(!found.is_replied, || Refusal::new(400, 10_900, None, "(#10900) Activity already replied to"))?;
    let is_young = if post.product == "LIVE" { post.is_live } else { state.now - found.at < WEEK };
    ensure(is_young, cannot)?;
    Ok(Receiver { person, comment: Some(comment.to_owned()) })
}
