//! Approval of WABA templates: submission, and WhatsApp's decision.

use serde_json::{Value, json};

use super::{
    Call,
    batch::{self, typed},
    hal, invalid, problem,
    templates::{not_found, own},
};
use crate::crm::{exchange::Answer, state::crm::Review, strict::Object};

/// The statuses that an integration may report; the others are set by amoCRM.
const OUTCOMES: [&str; 3] = ["approved", "paused", "rejected"];
/// Longest `reject_reason` in characters.
const REASON: usize = 65_535;

/// `POST chats/templates/{id}/review`: a review for each WABA source of the integration.
pub(super) fn ask(call: &Call<'_>, id: &str) -> Answer {
    let act = |_: Value| {
        call.change(|account, now| {
            let template_id = own(call, account, id).ok_or_else(not_found)?.id;
            if !account.ask_review(template_id, now) {
                return Err(problem(400, "Bad Request", "only WABA templates are approved"));
            }
            let template = own(call, account, id).ok_or_else(not_found)?;
            let reviews: Vec<Value> = template.reviews.iter().map(Review::shown).collect();
            Ok(hal(&json!({"_total_items": reviews.len(), "_embedded": {"reviews": reviews}})))
        })
    };
    batch::object_or_nothing(call).and_then(act).unwrap_or_else(|answer| answer)
}

/// `POST chats/templates/{id}/review/{review_id}` with `status` and, for a refusal, `reject_reason`. A review of a
/// foreign template can be decided too: its source may be the integration's.
pub(super) fn decide(call: &Call<'_>, id: &str, review_id: &str) -> Answer {
    batch::object(call).and_then(|body| decided(call, id, review_id, &body)).unwrap_or_else(|answer| answer)
}

fn decided(call: &Call<'_>, id: &str, review_id: &str, body: &Value) -> Result<Answer, Answer> {
    let read = || {
        let fields = Object::whole(body).map_err(typed(""))?;
        let status = fields.required_text("status").map_err(typed("status"))?;
        if !OUTCOMES.contains(&status) {
            return Err(batch::no_choice("status"));
        }
        let reason = fields.text("reject_reason").map_err(typed("reject_reason"))?.unwrap_or_default();
        if reason.chars().count() > REASON {
            return Err(("TooLong", "reject_reason", format!("at most {REASON} characters")));
        }
        Ok((status.to_owned(), reason.to_owned()))
    };
    let (status, reason) = read().map_err(|wrong| invalid(&[batch::error(body, 0, wrong)]))?;
    call.change(|account, now| {
        let sources: Vec<i64> = account.sources.iter().filter(|one| call.owns(one)).map(|one| one.id).collect();
        let template = account.crm.templates.iter_mut().find(|one| one.id.to_string() == id).ok_or_else(not_found)?;
        let known = |one: &&mut Review| one.id.to_string() == review_id && sources.contains(&one.source_id);
        let review = template.reviews.iter_mut().find(known);
        let review =
            review.ok_or_else(|| problem(404, "Not Found", "no review of a source of this integration has this id"))?;
        review.status = status;
        review.reject_reason = reason;
        template.updated_at = now;
        Ok(hal(&review.shown()))
    })
}
