//! The end of a subscription or trial as a sentence, for panel and widget.

use base::config::Config;
use base::i18n::{Sentence, When, Words, Zone};
use entity::tenant;

use super::Term;
use crate::tenant::TenantStatus;

/// What the account is to know about its end at this moment (milliseconds since 1970), and whether it is over already.
/// None while it is too early, or if the account has no end.
pub fn ending(config: &Config, tenant: &tenant::Model, now: i64, words: Words) -> Option<(Sentence, bool)> {
    // An account that left is not asked to pay.
    if !TenantStatus::stored(tenant).was_connected() {
        return None;
    }
    let term = Term::of(&config.plans.get(), tenant)?;
    let is_over = tenant.plan_ended || term.is_over(now);
    let key = match term.warning(&config.plans.get(), now) {
        _ if is_over => "plan-notice-ended",
        None => return None,
        Some(0) => "plan-notice-grace",
        Some(_) if term.is_trial => "plan-notice-trial",
        Some(_) => "plan-notice-ending",
    };
    let date = |at| When::new(at, now, Zone::named(&tenant.time_zone), words).date();
    Some((words.text(key).with("date", date(term.ends_at)).with("until", date(term.holds_at)), is_over))
}
