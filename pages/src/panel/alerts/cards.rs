//! Open alerts as cards: what is wrong, since when, what still works, one thing to do. Many sources with the same
//! trouble are one card.

use base::error::Result;
use base::i18n::Sentence;
use domain::alert_notices::AlertCard;
use entity::alert;

use super::super::{Member, PageContext};
use crate::panel::PanelContext;

/// A card.
pub(super) struct Card {
    /// Its alerts.
    pub keys: Vec<String>,
    pub subject: String,
    pub body: String,
    pub since: i64,
    /// Tone and word.
    pub state: (&'static str, Sentence),
    /// The page with the remedy, and its button.
    pub href: String,
    pub button: String,
}

/// The cards of these alerts, in their order.
pub(super) async fn of(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    open: &[alert::Model],
) -> Result<Vec<Card>> {
    let cards = AlertCard::of(&app.alert_notices, &member.here.tenant, page.crm, page.words, open).await?;
    let card = |one: AlertCard| {
        let mut about = open.iter().filter(|row| one.keys.contains(&row.key));
        Card {
            since: about.clone().map(domain::alert::since).min().unwrap_or(page.now),
            state: about.next().map_or_else(|| ("bad", page.words.text("alert-state-open")), |row| state(page, row)),
            keys: one.keys,
            subject: one.subject,
            body: one.body,
            href: one.path,
            button: one.button,
        }
    };
    Ok(cards.into_iter().map(card).collect())
}

fn state(page: &PageContext, row: &alert::Model) -> (&'static str, Sentence) {
    let words = page.words;
    let muted = row.muted_until.filter(|until| *until > page.now);
    match (muted, row.taken_by.as_str()) {
        (Some(until), _) => ("off", words.text("alert-state-muted").with("stamp", page.when(&until).stamp())),
        (None, "") => ("bad", words.text("alert-state-open")),
        (None, name) => ("warn", words.text("alert-state-acknowledged").with("name", name)),
    }
}
