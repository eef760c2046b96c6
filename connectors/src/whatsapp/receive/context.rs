//! Which message a message answers, and how the customer came: as lines above its own text, because amoCRM has no
//! fields for them (whatsapp §4).

use base::message::Quote;

use super::Reader;
use crate::whatsapp::wire::{Message, Referral};

/// The quoted message. A message about a product quotes none, although it contains an id.
pub(super) fn reply_to(message: &Message) -> Option<Quote> {
    let context = message.context.as_ref().filter(|context| context.referred_product.is_none())?;
    let external_id = context.id.some().map(str::to_owned)?;
    Some(Quote { external_id: Some(external_id), ..Quote::default() })
}

/// What is stored as the customer's origin: everything by which an advertiser can find the advertisement.
pub(super) fn mark(referral: &Referral) -> Option<String> {
    let source = [&*referral.source_type, &*referral.source_id].join(" ");
    let click = referral.ctwa_clid.some().map(|click| format!("ctwa_clid={click}"));
    let parts = [referral.headline.some(), Some(source.trim()), referral.source_url.some(), click.as_deref()];
    let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    Some(parts.join(" · ")).filter(|mark| !mark.is_empty())
}

impl Reader<'_> {
    /// Lines above a message's own text.
    pub(super) fn lines_above(&self, message: &Message) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(referral) = &message.referral {
            lines.extend(self.advertisement(referral));
        }
        let Some(context) = &message.context else { return lines };
        if context.frequently_forwarded {
            lines.push(self.text("wa-in-forwarded-often", &[]));
        } else if context.forwarded {
            lines.push(self.text("wa-in-forwarded", &[]));
        }
        let product = context.referred_product.as_ref().and_then(|product| product.product_retailer_id.some());
        lines.extend(product.map(|product| self.text("wa-in-product", &[("product", product)])));
        lines
    }

    fn advertisement(&self, referral: &Referral) -> Option<String> {
        let name = referral.headline.some().or_else(|| referral.body.some()).or_else(|| referral.source_id.some());
        let line = match &*referral.source_type {
            "post" => self.text("wa-in-post", &[("name", name.unwrap_or_default())]),
            _ => self.text("wa-in-ad", &[("name", name.unwrap_or_default())]),
        };
        let parts = [name.map(|_| line.as_str()), referral.source_url.some()];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        Some(parts.join(" ")).filter(|line| !line.is_empty())
    }
}
