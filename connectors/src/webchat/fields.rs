//! The form of a web chat's settings: the fields of its tabs, and its texts once more for each language.

use super::EMAIL_ANSWERS;
use crate::{Field, Input};

const TITLE: Field = Field::optional("title", Input::Text, "wizard-web-title");
const GREETING: Field = Field::optional("greeting", Input::Paragraph, "wizard-web-greeting");
const REPLY: Field = Field::optional("reply_text", Input::Text, "wizard-web-reply-own");
const INVITATION: Field = Field::optional("invitation.text", Input::Paragraph, "wizard-web-invite-text");
const NAME_LABEL: Field = Field::optional("labels.name", Input::Text, "wizard-web-label-name");
const PHONE_LABEL: Field = Field::optional("labels.phone", Input::Text, "wizard-web-label-phone");
const EMAIL_LABEL: Field = Field::optional("labels.email", Input::Text, "wizard-web-label-email");
const CONSENT: Field = Field::optional("consent_text", Input::Paragraph, "wizard-web-consent");
const AWAY: Field = Field::optional("working_hours.text", Input::Paragraph, "wizard-web-away");

/// The given fields, and behind them those of the texts in each of these languages.
macro_rules! with_texts_in {
    ([$($code:literal),*], $($own:expr),* $(,)?) => {
        &[
            $($own,)*
            $(
                translated(TITLE, $code, concat!("translations.", $code, ".title")),
                translated(GREETING, $code, concat!("translations.", $code, ".greeting")),
                translated(REPLY, $code, concat!("translations.", $code, ".reply_text")),
                translated(INVITATION, $code, concat!("translations.", $code, ".invitation_text")),
                translated(NAME_LABEL, $code, concat!("translations.", $code, ".labels.name")),
                translated(PHONE_LABEL, $code, concat!("translations.", $code, ".labels.phone")),
                translated(EMAIL_LABEL, $code, concat!("translations.", $code, ".labels.email")),
                translated(CONSENT, $code, concat!("translations.", $code, ".consent_text")),
                translated(AWAY, $code, concat!("translations.", $code, ".away_text")),
            )*
        ]
    };
}

/// A text's field for readers of a language. It has no hint: the field without a language shows it.
const fn translated(text: Field, language: &'static str, name: &'static str) -> Field {
    Field::optional(name, text.input, text.label).in_section("languages").in_language(language)
}

/// All fields in the order of the tabs. The languages are those of [`base::i18n::Language`].
pub(super) const FIELDS: &[Field] = with_texts_in!(
    ["en", "ru", "es", "pt"],
    Field::optional("allowed_origins", Input::Lines, "wizard-web-sites")
        .with_hint("wizard-web-sites-hint")
        .in_section("install")
        .essential(),
    TITLE.in_section("appearance").essential(),
    GREETING.in_section("appearance"),
    Field::optional("reply_time", Input::Choice(REPLY_TIMES), "wizard-web-reply").in_section("appearance"),
    REPLY.with_hint("wizard-web-reply-own-hint").in_section("appearance"),
    Field::optional("color", Input::Text, "wizard-web-color")
        .with_hint("wizard-web-color-hint")
        .in_section("appearance"),
    Field::optional("side", Input::Choice(SIDES), "wizard-web-side").in_section("appearance"),
    Field::optional("theme", Input::Choice(THEMES), "wizard-web-theme").in_section("appearance"),
    Field::optional("invitation.show", Input::Choice(INVITATIONS), "wizard-web-invite")
        .with_hint("wizard-web-invite-hint")
        .in_section("before"),
    INVITATION.in_section("before"),
    Field::optional("invitation.after_seconds", Input::Text, "wizard-web-invite-after")
        .with_hint("wizard-web-invite-after-hint")
        .in_section("before"),
    Field::optional("invitation.pages", Input::Lines, "wizard-web-invite-pages")
        .with_hint("wizard-web-invite-pages-hint")
        .in_section("before"),
    Field::optional("ask", Input::Choices(ASK), "wizard-web-ask").with_hint("wizard-web-ask-hint").in_section("before"),
    NAME_LABEL.in_section("before"),
    PHONE_LABEL.in_section("before"),
    EMAIL_LABEL.in_section("before"),
    CONSENT.with_hint("wizard-web-consent-hint").in_section("before"),
    Field::optional("working_hours.hours", Input::Lines, "wizard-web-hours")
        .with_hint("wizard-web-hours-hint")
        .in_section("hours"),
    Field::optional("working_hours.time_zone", Input::Text, "wizard-web-zone")
        .with_hint("wizard-web-zone-hint")
        .in_section("hours"),
    Field::optional("working_hours.holidays", Input::Lines, "wizard-web-holidays")
        .with_hint("wizard-web-holidays-hint")
        .in_section("hours"),
    AWAY.with_hint("wizard-web-away-hint").in_section("hours"),
    Field::optional(EMAIL_ANSWERS, Input::Text, "wizard-web-mail")
        .with_hint("wizard-web-mail-hint")
        .in_section("hours"),
);

/// What the customer can be asked for.
pub(super) const ASK: &[(&str, &str)] =
    &[("name", "wizard-web-ask-name"), ("phone", "wizard-web-ask-phone"), ("email", "wizard-web-ask-email")];

pub(super) const SIDES: &[(&str, &str)] = &[("right", "wizard-web-side-right"), ("left", "wizard-web-side-left")];
pub(super) const THEMES: &[(&str, &str)] =
    &[("auto", "wizard-web-theme-auto"), ("light", "wizard-web-theme-light"), ("dark", "wizard-web-theme-dark")];
/// The first one is the default.
pub(super) const REPLY_TIMES: &[(&str, &str)] = &[
    ("", "wizard-web-reply-none"),
    ("minutes", "wizard-web-reply-minutes"),
    ("hour", "wizard-web-reply-hour"),
    ("day", "wizard-web-reply-day"),
];
/// The first one is the default.
pub(super) const INVITATIONS: &[(&str, &str)] =
    &[("", "wizard-web-invite-none"), ("text", "wizard-web-invite-beside"), ("chat", "wizard-web-invite-chat")];

#[cfg(test)]
mod tests {
    use base::i18n::Language;

    use super::*;

    #[test]
    fn every_language_of_the_chat_has_its_texts() {
        for language in Language::ALL {
            let texts = FIELDS.iter().filter(|field| field.language == language.code()).count();
            assert_eq!(texts, 9, "{}", language.code());
        }
        assert_eq!(FIELDS.iter().filter(|field| !field.language.is_empty()).count(), 9 * Language::ALL.len());
    }
}
