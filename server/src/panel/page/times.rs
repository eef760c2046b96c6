//! Times and durations as the pages show them: in the account's time zone, with the full time on hover.

use base::i18n::{self, When};
use chrono::NaiveDate;

use super::PageContext;
use crate::panel::markup;

impl PageContext {
    /// A time in the account's time zone.
    pub fn when(&self, millis: &i64) -> When {
        When::new(*millis, self.now, self.zone, self.words)
    }

    /// `<time>` as "5 minutes ago".
    pub fn time(&self, millis: &i64) -> String {
        markup::ago(&self.when(millis))
    }

    /// `<time>` that is still to come, as "in 5 minutes".
    pub fn due(&self, millis: &i64) -> String {
        markup::due(&self.when(millis))
    }

    /// `<time>` in a form that follows a preposition: "14:05", "18 Nov, 14:05".
    pub fn stamp(&self, millis: &i64) -> String {
        let when = self.when(millis);
        markup::time(&when.stamp(), &when.machine(), &when.full())
    }

    /// `<time>` to the second; how long ago it was is in its title.
    pub fn exact(&self, millis: &i64) -> String {
        let when = self.when(millis);
        markup::time(&when.exact(), &when.machine(), &format!("{} · {}", when.adverb(), when.full()))
    }

    /// A time to the second, for a sentence: "14:05:10".
    pub fn clock(&self, millis: &i64) -> String {
        self.when(millis).exact()
    }

    /// The age of a moment, as a duration.
    pub fn age(&self, millis: &i64) -> String {
        self.duration(&self.now.saturating_sub(*millis))
    }

    /// When a day begins in the account's time zone.
    pub fn day_begins(&self, day: NaiveDate) -> i64 {
        self.zone.day_begins(day)
    }

    /// `2 min 5 s`
    pub fn duration(&self, millis: &i64) -> String {
        i18n::duration(*millis, self.words)
    }

    /// "Updates automatically · 14:05:10", an element that is refreshed with the rest of the page.
    pub fn live(&self) -> String {
        let when = self.when(&self.now);
        let say = |key: &'static str| markup::escaped(self.words.text(key).with("stamp", when.clock_seconds()));
        // The script shows parts that only it can update (base.css); without a script the page shows its age.
        format!(
            r#"<p class="live small muted" data-live="live" data-lost="{}"><span class="by-script">{}</span><span class="by-hand">{} <a href="">{}</a></span></p>"#,
            say("common-live-lost"),
            say("common-live"),
            say("common-as-of"),
            say("common-refresh")
        )
    }
}
