//! The supported methods, and who may call them. All others get error 3.

use serde_json::Value;

use super::call::{Answered, Asked, ensure, param, refused, refused_for};
use super::options::State;
use super::{files, history, login, messages, servers};
use crate::kit::Call;

/// Events and objects of older versions have a different structure.
const OLDEST: (u32, u32) = (5, 131);
/// Only people's tokens may call it (`access_token_type` of the schema): error 27.
const NEVER: &str = "never";

/// A method: its name, the right that a community's token needs, what it does.
type Method = (&'static str, &'static str, fn(&mut State, &Asked<'_>) -> Answered);

fn never(_: &mut State, _: &Asked<'_>) -> Answered {
    Ok(Value::Null)
}

const METHODS: &[Method] = &[
    ("groups.getById", "", history::communities),
    ("groups.getTokenPermissions", "", history::permissions),
    ("groups.getCallbackConfirmationCode", "manage", servers::code),
    ("groups.getCallbackServers", "manage", servers::list),
    ("groups.addCallbackServer", "manage", servers::add),
    ("groups.editCallbackServer", "manage", servers::edit),
    ("groups.deleteCallbackServer", "manage", servers::delete),
    ("groups.getCallbackSettings", "manage", servers::settings),
    ("groups.setCallbackSettings", "manage", servers::set_settings),
    ("groups.getLongPollServer", "manage", servers::poll_server),
    ("groups.getLongPollSettings", "manage", servers::poll_settings),
    ("groups.setLongPollSettings", "manage", servers::set_poll_settings),
    ("users.get", "", history::people),
    ("messages.send", "messages", messages::send),
    ("messages.edit", "messages", messages::edit),
    ("messages.delete", "messages", messages::delete),
    ("messages.sendReaction", "messages", messages::react),
    ("messages.deleteReaction", "messages", messages::unreact),
    ("messages.setActivity", "messages", messages::activity),
    ("messages.markAsRead", "messages", messages::read),
    ("messages.sendMessageEventAnswer", "messages", messages::answer_event),
    ("messages.getById", "messages", history::by_id),
    ("messages.getByConversationMessageId", "messages", history::by_cmid),
    ("messages.getHistory", "messages", history::history),
    ("messages.getConversations", "messages", history::conversations),
    ("messages.getConversationsById", "messages", history::conversations_by_id),
    ("photos.getMessagesUploadServer", "photos", files::photo_server),
    ("photos.saveMessagesPhoto", "photos", files::save_photo),
    ("docs.getMessagesUploadServer", "docs", files::doc_server),
    ("docs.save", "docs", files::save_doc),
    ("wall.createComment", "wall", messages::comment),
    ("photos.createComment", NEVER, never),
    ("video.createComment", NEVER, never),
    ("market.createComment", NEVER, never),
];

fn token(call: &Call) -> &str {
    call.bearer().or_else(|| param(call, "access_token")).unwrap_or_default()
}

/// The community of a call's token, and the token's rights.
pub(super) fn owner<'a>(state: &'a State, call: &Call) -> Option<(i64, &'a [String])> {
    let token = token(call);
    let all = state.own.communities.iter().flat_map(|(id, one)| one.tokens.iter().map(move |known| (*id, known)));
    all.into_iter().find(|(_, (known, _))| known == token).map(|(id, (_, rights))| (id, rights.as_slice()))
}

pub(super) fn call(state: &mut State, name: &str, call: &Call) -> Answered {
    if let Some(answered) = login::method(state, name, call) {
        return answered;
    }
    let method = METHODS.iter().find(|(known, ..)| *known == name);
    let (_, right, run) = method.ok_or_else(|| refused(3))?;
    let version = param(call, "v").and_then(|text| text.split_once('.'));
    let version = version.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    let is_known = version.is_some_and(|version| version >= OLDEST);
    ensure(is_known, || refused_for(8, "v parameter is missing or deprecated"))?;
    let (community, rights) = owner(state, call).ok_or_else(|| refused_for(5, "invalid access_token (4)."))?;
    let asked = Asked { community, rights: rights.to_vec(), call };
    ensure(*right != NEVER, || refused_for(27, "method is unavailable with group auth."))?;
    let is_allowed = right.is_empty() || asked.rights.iter().any(|one| one == right);
    ensure(is_allowed, || refused_for(15, &format!("group key doesn't have {right} permission")))?;
    run(state, &asked)
}
