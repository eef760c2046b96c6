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
const QUICK: Field = Field::optional("quick_answers", Input::Lines, "wizard-web-quick");
/// Without a language it is the text of the working hours, which all kinds have.
const AWAY: Field = Field::optional("away_text", Input::Paragraph, "wizard-web-away");

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
                translated(QUICK, $code, concat!("translations.", $code, ".quick_answers")),
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
    Field::optional("color", Input::Text, "wizard-web-color")
        .with_hint("wizard-web-color-hint")
        .in_section("appearance"),
    GREETING.in_section("appearance"),
    Field::optional("reply_time", Input::Choice(REPLY_TIMES), "wizard-web-reply").in_section("appearance"),
    REPLY.with_hint("wizard-web-reply-own-hint").in_section("appearance"),
    Field::optional("side", Input::Choice(SIDES), "wizard-web-side").in_section("appearance"),
    Field::optional("theme", Input::Choice(THEMES), "wizard-web-theme").in_section("appearance"),
    Field::optional("offset.bottom", Input::Text, "wizard-web-offset-bottom")
        .with_hint("wizard-web-offset-hint")
        .in_section("appearance"),
    Field::optional("offset.side", Input::Text, "wizard-web-offset-side").in_section("appearance"),
    Field::optional("hide_on", Input::Lines, "wizard-web-hide")
        .with_hint("wizard-web-hide-hint")
        .in_section("appearance"),
    Field::optional("team", Input::Lines, "wizard-web-team").with_hint("wizard-web-team-hint").in_section("appearance"),
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
    QUICK.with_hint("wizard-web-quick-hint").in_section("before"),
    Field::optional("ask", Input::Choices(ASK), "wizard-web-ask").with_hint("wizard-web-ask-hint").in_section("before"),
    Field::optional("ask_optional", Input::Choices(ASK), "wizard-web-optional").in_section("before"),
    Field::optional("custom_fields", Input::Lines, "wizard-web-custom-fields")
        .with_hint("wizard-web-custom-fields-hint")
        .in_section("before"),
    NAME_LABEL.in_section("before"),
    PHONE_LABEL.in_section("before"),
    EMAIL_LABEL.in_section("before"),
    CONSENT.with_hint("wizard-web-consent-hint").in_section("before"),
    Field::optional("rating", Input::Flag, "wizard-web-rating").with_hint("wizard-web-rating-hint").in_section("after"),
    Field::optional(EMAIL_ANSWERS, Input::Text, "wizard-web-mail")
        .with_hint("wizard-web-mail-hint")
        .in_section("after"),
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

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color([u8; 3]);

impl Color {
    /// Parom's default.
    pub const DEFAULT: Self = Self([0x0B, 0x5C, 0xAD]);
    pub const WHITE: Self = Self([0xFF; 3]);
    const BLACK: Self = Self([0; 3]);
    /// Minimum contrast for text (WCAG 2.2, 1.4.3).
    const READABLE: f64 = 4.5;

    /// `#0B5CAD` or `#05A`; none if it is not a colour.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#')?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let long = match digits.len() {
            3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
            6 => digits.to_owned(),
            _ => return None,
        };
        let mut parts = [0; 3];
        hex::decode_to_slice(long, &mut parts).ok()?;
        Some(Self(parts))
    }

    /// White if readable on this colour, otherwise black: one of them always is.
    pub fn text_on(self) -> Self {
        if self.contrast(Self::WHITE) >= Self::READABLE { Self::WHITE } else { Self::BLACK }
    }

    /// The contrast of white on this colour, if it is too low.
    pub fn low_contrast(self) -> Option<f64> {
        let contrast = self.contrast(Self::WHITE);
        (contrast < Self::READABLE).then_some(contrast)
    }

    /// This colour, or the nearest darker or lighter one that is readable on a ground.
    #[must_use]
    pub fn readable_on(self, ground: Self) -> Self {
        let end = ground.text_on();
        let shades = (0..=20_u16).map(|step| self.toward(end, step));
        shades.into_iter().find(|shade| shade.contrast(ground) >= Self::READABLE).unwrap_or(end)
    }

    /// A shade with more contrast to the text on it, for what is pointed at.
    #[must_use]
    pub fn stronger(self) -> Self {
        self.toward(if self.text_on() == Self::WHITE { Self::BLACK } else { Self::WHITE }, 4)
    }

    /// So many twentieths of the way to another colour.
    fn toward(self, end: Self, twentieths: u16) -> Self {
        let mut parts = self.0;
        for (part, end) in parts.iter_mut().zip(end.0) {
            let mixed = (u16::from(*part) * (20 - twentieths) + u16::from(end) * twentieths) / 20;
            *part = u8::try_from(mixed).unwrap_or(end);
        }
        Self(parts)
    }

    /// The contrast of two colours, 1 to 21 (WCAG 2.2).
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl std::fmt::Display for Color {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.0;
        write!(out, "#{red:02X}{green:02X}{blue:02X}")
    }
}

#[cfg(test)]
mod tests {
    use base::i18n::Language;

    use super::*;

    #[test]
    fn every_language_of_the_chat_has_its_texts() {
        for language in Language::ALL {
            let texts = FIELDS.iter().filter(|field| field.language == language.code()).count();
            assert_eq!(texts, 10, "{}", language.code());
        }
        assert_eq!(FIELDS.iter().filter(|field| !field.language.is_empty()).count(), 10 * Language::ALL.len());
    }

    #[test]
    fn colours_are_three_or_six_digits() {
        assert_eq!(Color::parse(" #0b5cad "), Some(Color::DEFAULT));
        assert_eq!(Color::parse("#fa0").unwrap().to_string(), "#FFAA00");
        for none in ["", "#", "0B5CAD", "#0B5CA", "#0B5CADFF", "#жжж", "red", "#+12", "url(x)"] {
            assert_eq!(Color::parse(none), None, "{none}");
        }
    }

    #[test]
    fn text_can_be_read_on_every_colour() {
        assert!((Color::WHITE.contrast(Color::BLACK) - 21.0).abs() < 0.01);
        assert_eq!(Color::DEFAULT.text_on(), Color::WHITE);
        assert_eq!(Color::parse("#FFDD00").unwrap().text_on(), Color::BLACK);
        assert_eq!(Color::DEFAULT.low_contrast(), None);
        assert!(Color::parse("#FFDD00").unwrap().low_contrast().is_some_and(|contrast| contrast < 1.5));
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let color = Color([red, green, blue]);
                    assert!(color.contrast(color.text_on()) >= Color::READABLE, "{color}");
                }
            }
        }
    }
}
