//! Meta's review of templates, with the webhooks about it, and the page on which a person decides.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::options::{HOUR, Options, Template, WhatsApp};
use crate::kit::{Answer, Call, Frame, extend, page_of};

/// The outcome of a review, or another change of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Review {
    Approve,
    /// Rejected for a reason such as `INVALID_FORMAT`, with or without a recommendation.
    Reject {
        reason: String,
        /// What was wrong and what to do: `rejection_info`.
        info: Option<(String, String)>,
    },
    /// It had too many complaints: paused for 3 hours, then for 6, then disabled.
    Pause,
    /// The pause is over.
    Unpause,
    /// It is disabled permanently.
    Disable,
    /// A person deletes it in WhatsApp Manager.
    Delete,
    /// Its quality changes: `GREEN`, `YELLOW`, `RED`, `UNKNOWN`.
    Quality(String),
    /// Its category changes now.
    Category(String),
}

const STATUS: &str = "message_template_status_update";
const QUALITY: &str = "message_template_quality_update";
const CATEGORY: &str = "template_category_update";

impl WhatsApp {
    /// Applies a decision to a template and queues the webhook about it.
    pub(super) fn review(&mut self, id: &str, review: Review) -> Result<()> {
        let date = self.date();
        let now = self.now;
        let template = self.own.templates.get_mut(id).with_context(|| format!("there is no template {id}"))?;
        template.pauses += usize::from(review == Review::Pause);
        let fields = &mut template.fields;
        let word = |status: &str| json!({"event": status, "reason": "NONE"});
        let (field, mut told) = match &review {
            Review::Approve | Review::Unpause => (STATUS, word("APPROVED")),
            Review::Reject { reason, info } => {
                let mut told = json!({"event": "REJECTED", "reason": reason});
                if let Some((reason, recommendation)) = info {
                    told["rejection_info"] = json!({"reason": reason, "recommendation": recommendation});
                }
                (STATUS, told)
            }
            Review::Pause if template.pauses < 3 => {
                let mut told = word("PAUSED");
                told["other_info"] = paused(template.pauses, now);
                (STATUS, told)
            }
            Review::Pause | Review::Disable => {
                let mut told = word("DISABLED");
                told["disable_info"] = json!({"disable_date": date.to_string()});
                (STATUS, told)
            }
            Review::Delete => (STATUS, word("DELETED")),
            Review::Quality(score) => {
                let previous = fields["quality_score"]["score"].take();
                fields["quality_score"] = json!({"score": score, "date": date});
                (QUALITY, json!({"previous_quality_score": previous, "new_quality_score": score}))
            }
            Review::Category(category) => {
                let previous = std::mem::replace(&mut fields["category"], json!(category));
                fields["previous_category"] = previous.clone();
                (CATEGORY, json!({"previous_category": previous, "new_category": category}))
            }
        };
        if field == STATUS && review != Review::Delete {
            fields["status"] = told["event"].clone();
            if ["APPROVED", "REJECTED"].iter().any(|status| told["event"] == **status) {
                fields["rejected_reason"] = told["reason"].clone();
            }
        }
        if field == STATUS {
            told["message_template_category"] = fields["category"].clone();
        }
        let waba = template.waba.clone();
        extend(
            &mut told,
            json!({
                // A number here, a string in all other webhooks.
                "message_template_id": id.parse::<i64>().unwrap_or_default(),
                "message_template_name": fields["name"],
                "message_template_language": fields["language"],
            }),
        );
        if review == Review::Delete {
            self.drop_template(id);
        }
        self.tell_waba(&waba, field, &told);
        Ok(())
    }
}

fn paused(pauses: usize, now: i64) -> Value {
    let (title, hours) = if pauses == 1 { ("FIRST_PAUSE", 3) } else { ("SECOND_PAUSE", 6) };
    let until = chrono::DateTime::from_timestamp_millis(now + hours * HOUR).unwrap_or_default();
    let until = until.format("%H:%M");
    let words = format!("Your WhatsApp message template has been paused for {hours} hours until {until} UTC");
    json!({"title": title, "description": format!("{words} because it had issues.")})
}

struct Card {
    id: String,
    title: String,
    status: String,
    about: String,
    /// Header, body, footer.
    texts: [String; 3],
    buttons: Vec<String>,
}

#[derive(askama::Template)]
#[template(path = "whatsapp/reviews.html")]
struct ReviewsPage {
    frame: Frame,
    back: String,
    target: String,
    cards: Vec<Card>,
    choices: [&'static str; 6],
}

fn card(template: &Template) -> Card {
    let text = |kind: &str| {
        let part = template.component(kind);
        part["text"].as_str().or(part["format"].as_str()).unwrap_or_default().to_owned()
    };
    let quality = template.fields["quality_score"]["score"].as_str().unwrap_or_default();
    Card {
        id: template.text("id").to_owned(),
        title: format!("{} · {}", template.text("name"), template.text("language")),
        status: template.text("status").to_owned(),
        about: format!("{} · {quality}", template.text("category")),
        texts: ["HEADER", "BODY", "FOOTER"].map(text),
        buttons: template.buttons().iter().filter_map(|one| Some(format!("[{}]", one["text"].as_str()?))).collect(),
    }
}

/// `GET /reviews`.
pub(super) fn show(state: &WhatsApp, call: &Call) -> Answer {
    let frame = Frame::of_call::<Options>(call);
    let page = ReviewsPage {
        back: frame.link("/phone"),
        target: frame.link("/reviews"),
        // The newest first, because the person at the page waits for it.
        cards: state.own.templates.values().rev().map(card).collect(),
        choices: ["approve", "reject", "pause", "disable", "lower", "to_marketing"],
        frame,
    };
    page_of(200, &page, "'self'")
}

/// `POST /reviews`.
pub(super) fn press(state: &mut WhatsApp, call: &Call) -> Answer {
    if !call.is_own() {
        return Answer::empty(403);
    }
    let review = match call.param("what").unwrap_or_default() {
        "approve" => Review::Approve,
        "reject" => {
            let info =
                ["The template has placeholders that people can't understand.", "Say what the placeholders stand for."];
            let [what, advice] = info.map(str::to_owned);
            Review::Reject { reason: "INVALID_FORMAT".to_owned(), info: Some((what, advice)) }
        }
        "pause" => Review::Pause,
        "disable" => Review::Disable,
        "lower" => Review::Quality("RED".to_owned()),
        "to_marketing" => Review::Category("MARKETING".to_owned()),
        _ => return Answer::empty(400),
    };
    match state.review(call.param("template").unwrap_or_default(), review) {
        Ok(()) => Answer::empty(303).with("location", Frame::of_call::<Options>(call).link("/reviews")),
        Err(_) => Answer::empty(404),
    }
}
