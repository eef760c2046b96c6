//! Accounts that keep no texts.

use base::message::day_of;
use connectors::kinds::is_web_chat;
use queue::Claim;

use super::letter_context::LetterContext;
use crate::delivery::DeliveryContext;
use crate::tenant::{emptied, keeps_no_texts};

/// What a delivered message becomes in an account that keeps no texts. A site's chat is shown from here to its
/// visitor, so its texts stay until the daily round.
pub fn left_of(app: &DeliveryContext, claim: &Claim, parts: &LetterContext) -> anyhow::Result<Option<(String, i32)>> {
    let shown_here = parts.source.as_ref().is_some_and(|source| is_web_chat(&source.kind));
    if !keeps_no_texts(&parts.tenant) || shown_here {
        return Ok(None);
    }
    Ok(Some((serde_json::to_string(&emptied(claim.direction))?, day_of(app.clock.millis()))))
}
