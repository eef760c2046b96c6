//! Finds the object of an id, for callers that have access to it.

use super::error::GraphError;
use crate::whatsapp::state::{Grant, State};

/// The kind of object that an id refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    App,
    Waba,
    Phone,
    Template,
    Media,
    Upload,
}

impl Node {
    /// The name of an operation on the object itself.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Waba => "waba",
            Self::Phone => "phone",
            Self::Template => "template",
            Self::Media => "media_url",
            Self::Upload => "upload",
        }
    }
}

/// The object of an id, without an access check.
pub(super) fn node(state: &State, id: &str) -> Option<Node> {
    let has = [
        (state.apps.contains_key(id) || id == "app", Node::App),
        (state.wabas.contains_key(id), Node::Waba),
        (state.phones.contains_key(id), Node::Phone),
        (state.templates.contains_key(id), Node::Template),
        (state.media.contains_key(id), Node::Media),
        (state.sessions.contains_key(id), Node::Upload),
    ];
    has.into_iter().find(|(is, _)| *is).map(|(_, node)| node)
}

/// The object of an id for this token; without access, the same error as for an object that does not exist.
pub(super) fn reached(state: &State, grant: &Grant, verb: &str, id: &str) -> Result<Node, GraphError> {
    let node = node(state, id).filter(|node| {
        let of_phone = |phone: &str| state.phones.get(phone).is_some_and(|phone| grant.reaches(&phone.waba));
        match node {
            Node::App => id == "app" || id == grant.app,
            Node::Waba => grant.reaches(id),
            Node::Phone => of_phone(id),
            Node::Template => state.templates.get(id).is_some_and(|one| grant.reaches(&one.waba)),
            Node::Media => state.media.get(id).is_some_and(|media| of_phone(&media.phone)),
            Node::Upload => state.sessions.get(id).is_some_and(|session| session.app == grant.app),
        }
    });
    node.ok_or_else(|| GraphError::no_object(verb, id))
}
