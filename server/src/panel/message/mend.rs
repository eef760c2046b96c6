//! What has to be mended before sending a failed message again can help: the source or account it goes through, or what
//! keeps the customer from being reached.

use base::error::Result;
use base::message::Direction;

use super::answer::{self, WaitingStage};
use super::view::Main;
use crate::delivery::read::story::Story;
use crate::panel::conversations;
use crate::panel::reasons;
use crate::panel::sources::{ActionButton, action_of};
use crate::panel::{Member, PageContext, PanelContext, Right};
use crate::source::{SourceState, SourceStatus, StateReason};

/// Since when the side that a waiting message goes to does not answer; `None` if it answers.
pub async fn away(app: &PanelContext, story: &Story) -> Result<Option<i64>> {
    let Some(source) = story.source.as_ref().filter(|_| story.waiting.is_some()) else { return Ok(None) };
    let state = crate::source::state(&app.sources, source).await?;
    let is_away = match story.direction {
        Direction::ToCrm => state.status == SourceStatus::CrmUnreachable && state.reason.is_none(),
        Direction::ToMessenger => state.reason == Some(StateReason::MessengerUnreachable),
    };
    Ok(is_away.then_some(state.since))
}

/// What has to be mended, with its button: [`Main::None`] if this person cannot do it, or nothing can be done here.
pub struct Mend(pub Main);

/// `None` if the message did not fail, or sending it again may help.
pub async fn of(app: &PanelContext, member: &Member, page: &PageContext, story: &Story) -> Result<Option<Mend>> {
    let stage = WaitingStage::of(story);
    if stage != WaitingStage::Failed || story.dead_message().is_none() {
        return Ok(None);
    }
    if let Some(source) = story.source.as_ref().filter(|source| source.deleted_at.is_none()) {
        let state = crate::source::state(&app.sources, source).await?;
        if is_in_the_way(story.direction, &state) {
            let button = state.action.and_then(|action| action_of(page, source, action));
            let button = button.filter(|button| !button.edits || member.may(Right::EditSources));
            return Ok(Some(Mend(button.map_or(Main::None, of_button))));
        }
    }
    let Some(reason) = answer::reason(story, stage).filter(|reason| reasons::needs_mending(reason.key)) else {
        return Ok(None);
    };
    let label = page.words.text("msg-open-card").with("crm", page.crm).to_string();
    let card = match reason.key {
        // Only the vendor can enter it.
        "no_bot" => None,
        _ => story.conversation.as_ref().and_then(|row| conversations::card(&member.here.tenant.host, row)),
    };
    Ok(Some(Mend(card.map_or(Main::None, |address| Main::Go { address, label }))))
}

fn of_button(button: ActionButton) -> Main {
    let ActionButton { label, post, address, .. } = button;
    if post { Main::Post { action: address, label } } else { Main::Go { address, label } }
}

/// Whether nothing is delivered in this direction while the source is in this state.
fn is_in_the_way(direction: Direction, state: &SourceState) -> bool {
    let is_held = matches!(state.reason, Some(StateReason::AccountSuspended | StateReason::AccountPlanEnded));
    let is_of_crm = matches!(
        state.reason,
        Some(
            StateReason::AccountUnpaid
                | StateReason::AccountBlocked
                | StateReason::AccountDisconnected
                | StateReason::AccountNotConnected
                | StateReason::ChannelDisconnected
                | StateReason::ChannelMisconfigured
                | StateReason::ChannelNotAllowed
        )
    );
    let is_shut = matches!(state.status, SourceStatus::Stopped | SourceStatus::Paused | SourceStatus::Blocked);
    match direction {
        Direction::ToCrm => is_held || is_of_crm,
        Direction::ToMessenger => is_held || (is_shut && !is_of_crm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_the_way_of_its_direction_has_to_be_mended() {
        let state = |status, reason| SourceState {
            status,
            since: 0,
            reason,
            detail: String::new(),
            action: None,
            proved_at: None,
            paused_by: String::new(),
        };
        let both = |state: SourceState| {
            [Direction::ToCrm, Direction::ToMessenger].map(|direction| is_in_the_way(direction, &state))
        };
        assert_eq!(both(state(SourceStatus::Working, None)), [false, false]);
        assert_eq!(both(state(SourceStatus::Stopped, Some(StateReason::AccessRefused))), [false, true]);
        assert_eq!(both(state(SourceStatus::Stopped, Some(StateReason::ChannelDisconnected))), [true, false]);
        assert_eq!(both(state(SourceStatus::Unpaid, Some(StateReason::AccountUnpaid))), [true, false]);
        assert_eq!(both(state(SourceStatus::Paused, Some(StateReason::AccountSuspended))), [true, true]);
        assert_eq!(both(state(SourceStatus::NeedsAttention, Some(StateReason::PipelineArchived))), [false, false]);
    }
}
