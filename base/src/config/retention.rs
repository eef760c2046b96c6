//! How long data is kept, and what counts for an account that has days of its own.

use serde::Deserialize;

/// Retention periods in days.
#[derive(Clone, Debug, Deserialize)]
pub struct Retention {
    /// Raw bodies of hooks.
    pub hooks_days: u32,
    pub attempts_days: u32,
    /// Undelivered letters.
    pub undelivered_days: u32,
    /// Texts of messages in a final state.
    pub texts_days: u32,
    /// Ids by which repeats are recognised; at least 45.
    pub ids_days: u32,
    /// Messages without their texts; at least as long as all of the above.
    pub messages_days: u32,
    pub audit_days: u32,
}

/// The days of one account as they are stored; `None`: as configured. Ids and messages without their texts have none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnDays {
    pub hooks: Option<i32>,
    pub attempts: Option<i32>,
    pub undelivered: Option<i32>,
    pub audit: Option<i32>,
    pub texts: Option<i32>,
}

impl Retention {
    /// What counts for an account: its own days where it has them, never more than configured. Only texts may have more, because
    /// the account chooses those itself.
    #[must_use]
    pub fn of_account(&self, own: OwnDays) -> Self {
        let days = |days: Option<i32>| days.and_then(|days| u32::try_from(days).ok());
        let fewer = |own: Option<i32>, configured: u32| days(own).map_or(configured, |own| own.min(configured));
        Self {
            hooks_days: fewer(own.hooks, self.hooks_days),
            attempts_days: fewer(own.attempts, self.attempts_days),
            undelivered_days: fewer(own.undelivered, self.undelivered_days),
            audit_days: fewer(own.audit, self.audit_days),
            texts_days: days(own.texts).unwrap_or(self.texts_days),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_keeps_less_than_configured_and_only_texts_for_longer() {
        let configured = Retention {
            hooks_days: 7,
            attempts_days: 30,
            undelivered_days: 90,
            texts_days: 365,
            ids_days: 90,
            messages_days: 730,
            audit_days: 730,
        };
        let days = |kept: &Retention| {
            [kept.hooks_days, kept.attempts_days, kept.undelivered_days, kept.audit_days, kept.texts_days]
        };
        assert_eq!(days(&configured.of_account(OwnDays::default())), [7, 30, 90, 730, 365]);
        let own =
            OwnDays { hooks: Some(3), attempts: Some(31), undelivered: Some(-1), audit: Some(730), texts: Some(400) };
        let kept = configured.of_account(own);
        assert_eq!(days(&kept), [3, 30, 90, 730, 400]);
        assert_eq!((kept.ids_days, kept.messages_days), (90, 730));
        assert_eq!(configured.of_account(OwnDays { texts: Some(0), ..own }).texts_days, 0);
    }
}
