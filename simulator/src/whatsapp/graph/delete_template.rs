//! `DELETE /{waba}/message_templates`: all languages of a name, or one template.

use super::{
    call::Call,
    error::{Answered, GraphError, ensure, success},
};
use crate::whatsapp::state::{DAY, State};

/// Milliseconds for which the name of a deleted approved template stays reserved.
const LOCKED: i64 = 30 * DAY;

pub(super) fn delete(state: &mut State, call: &Call, waba: &str) -> Answered {
    let name = call.text("name");
    let id = call.text("hsm_id");
    ensure(name.is_some(), || GraphError::parameter("The parameter name is required."))?;
    let is_meant = |one: &&crate::whatsapp::state::Template| {
        one.waba == waba && Some(&one.name) == name.as_ref() && id.as_ref().is_none_or(|id| one.id == *id)
    };
    let gone: Vec<String> = state.templates.values().filter(is_meant).map(|one| one.id.clone()).collect();
    ensure(!gone.is_empty(), || {
        GraphError::template(
            2_593_002,
            "Message Template Not Found",
            "The message template doesn't exist in this account.",
        )
    })?;
    for id in gone {
        state.drop_template(&id);
    }
    success()
}

impl State {
    /// Deletes a template. The name of an approved one stays taken for a while.
    pub(crate) fn drop_template(&mut self, id: &str) {
        let until = self.now + LOCKED;
        let Some(gone) = self.templates.remove(id).filter(|one| one.status == "APPROVED") else { return };
        if let Some(waba) = self.wabas.get_mut(&gone.waba) {
            waba.locked_names.insert((gone.name, gone.language), until);
        }
    }
}
