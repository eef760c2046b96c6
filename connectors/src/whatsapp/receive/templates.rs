//! Meta's reports about templates (whatsapp §9).

use crate::incoming::InboundEvent;
use crate::template::TemplateState;
use crate::whatsapp::templates::{category as category_of, status as status_of};
use crate::whatsapp::wire::TemplateUpdate;

/// A template was reviewed, paused or disabled.
pub(super) fn status(update: &TemplateUpdate) -> Vec<InboundEvent> {
    let status = status_of(&update.event);
    if status.is_none() {
        return vec![InboundEvent::Unknown("template")];
    }
    reported(update, TemplateState { status, reason: reason(update), ..state(update) })
}

/// A template's rating by its receivers.
pub(super) fn quality(update: &TemplateUpdate) -> Vec<InboundEvent> {
    let quality = update.new_quality_score.some().map(str::to_owned);
    reported(update, TemplateState { quality, ..state(update) })
}

/// A template's category, which Meta may change.
pub(super) fn category(update: &TemplateUpdate) -> Vec<InboundEvent> {
    reported(update, TemplateState { category: category_of(&update.new_category), ..state(update) })
}

fn reported(update: &TemplateUpdate, state: TemplateState) -> Vec<InboundEvent> {
    if update.message_template_id.some().is_none() && update.message_template_name.some().is_none() {
        return vec![InboundEvent::Unknown("template")];
    }
    vec![InboundEvent::Template(Box::new(state))]
}

fn state(update: &TemplateUpdate) -> TemplateState {
    TemplateState {
        id: update.message_template_id.0.clone(),
        name: update.message_template_name.some().map(str::to_owned),
        language: update.message_template_language.some().map(str::to_owned),
        status: None,
        reason: None,
        category: category_of(&update.message_template_category),
        quality: None,
    }
}

/// Meta's explanation, otherwise its code.
fn reason(update: &TemplateUpdate) -> Option<String> {
    if let Some(info) = &update.rejection_info {
        let parts: Vec<&str> = [info.reason.some(), info.recommendation.some()].into_iter().flatten().collect();
        if !parts.is_empty() {
            return Some(parts.join(" "));
        }
    }
    let other = update.other_info.as_ref().and_then(|info| info.description.some().or_else(|| info.title.some()));
    other.or_else(|| update.reason.some().filter(|reason| *reason != "NONE")).map(str::to_owned)
}
