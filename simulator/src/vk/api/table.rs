//! The supported methods. All others get error 3.

use super::{answer::Answer, comments, groups, history, messages, params::Params, people, send, servers, uploads};
use crate::vk::state::State;

/// The right that a community's token needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    None,
    Needs(&'static str),
    /// Only people's tokens may call it (`access_token_type` of the schema): error 27.
    Never,
}

/// One method.
#[derive(Clone, Copy)]
pub(super) struct Method {
    name: &'static str,
    pub(super) right: Right,
    pub(super) run: fn(&mut State, i64, &Params) -> Answer,
}

const fn method(name: &'static str, right: Right, run: fn(&mut State, i64, &Params) -> Answer) -> Method {
    Method { name, right, run }
}

const fn never(name: &'static str) -> Method {
    method(name, Right::Never, |_, _, _| Ok(serde_json::Value::Null))
}

const MANAGE: Right = Right::Needs("manage");
const MESSAGES: Right = Right::Needs("messages");

const METHODS: &[Method] = &[
    method("groups.getById", Right::None, groups::get_by_id),
    method("groups.getTokenPermissions", Right::None, groups::permissions),
    method("groups.getCallbackConfirmationCode", MANAGE, servers::code),
    method("groups.getCallbackServers", MANAGE, servers::list),
    method("groups.addCallbackServer", MANAGE, servers::add),
    method("groups.editCallbackServer", MANAGE, servers::edit),
    method("groups.deleteCallbackServer", MANAGE, servers::delete),
    method("groups.getCallbackSettings", MANAGE, servers::settings),
    method("groups.setCallbackSettings", MANAGE, servers::set_settings),
    method("users.get", Right::None, people::get),
    method("messages.send", MESSAGES, send::send),
    method("messages.edit", MESSAGES, messages::edit),
    method("messages.delete", MESSAGES, messages::delete),
    method("messages.sendReaction", MESSAGES, messages::react),
    method("messages.deleteReaction", MESSAGES, messages::unreact),
    method("messages.setActivity", MESSAGES, messages::activity),
    method("messages.markAsRead", MESSAGES, messages::read),
    method("messages.sendMessageEventAnswer", MESSAGES, messages::answer_event),
    method("messages.getById", MESSAGES, history::by_id),
    method("messages.getByConversationMessageId", MESSAGES, history::by_cmid),
    method("messages.getHistory", MESSAGES, history::history),
    method("messages.getConversations", MESSAGES, history::conversations),
    method("messages.getConversationsById", MESSAGES, history::conversations_by_id),
    method("messages.isMessagesFromGroupAllowed", MESSAGES, people::is_allowed),
    method("photos.getMessagesUploadServer", Right::Needs("photos"), uploads::photo_server),
    method("photos.saveMessagesPhoto", Right::Needs("photos"), uploads::save_photo),
    method("docs.getMessagesUploadServer", Right::Needs("docs"), uploads::doc_server),
    method("docs.save", Right::Needs("docs"), uploads::save_doc),
    method("wall.createComment", Right::Needs("wall"), comments::create),
    never("photos.createComment"),
    never("video.createComment"),
    never("market.createComment"),
    never("wall.getById"),
    never("wall.editComment"),
    never("video.save"),
    never("messages.getReactionsAssets"),
];

/// A method by its name.
pub(super) fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|one| one.name == name)
}
