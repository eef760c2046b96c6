//! Forged webhooks: each must be refused.

use base::i18n::LocalizedText;
use chrono::TimeDelta;

use super::events::CheckScene;
use super::{Checker, Signed, settings, sign};
use crate::custom::new_secret;
use crate::custom::post::{WebhookRequest, target};

/// Outside the five minutes that receivers allow.
const FAR: TimeDelta = TimeDelta::minutes(10);

/// Requests that are signed correctly and then altered.
pub(super) fn all(checker: &Checker<'_>, scene: &CheckScene<'_>) -> Vec<(&'static str, Result<Signed, LocalizedText>)> {
    let spoilt = |spoil: fn(&mut Signed)| -> Result<Signed, LocalizedText> {
        let mut signed = sign(checker.text(scene), &checker.settings)?;
        spoil(&mut signed);
        Ok(signed)
    };
    let at = |seconds: i64| {
        let webhook = checker.text(scene);
        sign(WebhookRequest { timestamp: webhook.timestamp + seconds, ..webhook }, &checker.settings)
    };
    vec![
        ("forged.secret", by_another_secret(checker, scene)),
        ("forged.unsigned", spoilt(|signed| signed.signature.clear())),
        ("forged.scheme", spoilt(|signed| signed.signature = signed.signature.replacen("v1,", "v2,", 1))),
        ("forged.cut", spoilt(|signed| signed.signature.truncate(signed.signature.len() / 2))),
        ("forged.body", spoilt(|signed| signed.body.push(' '))),
        ("forged.id", spoilt(|signed| signed.id.push('x'))),
        ("forged.timestamp", spoilt(|signed| signed.timestamp += 1)),
        ("forged.old", at(-FAR.num_seconds())),
        ("forged.early", at(FAR.num_seconds())),
    ]
}

fn by_another_secret(checker: &Checker<'_>, scene: &CheckScene<'_>) -> Result<Signed, LocalizedText> {
    let (url, _) = target(&checker.settings).ok_or_else(|| LocalizedText::new("said-webhook-missing"))?;
    sign(checker.text(scene), &settings(&url, &new_secret()))
}
