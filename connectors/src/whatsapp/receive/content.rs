//! Converts the content of a message, by the fields that are present; `type` is only informative (whatsapp §4).

use base::message::{Content, Media, Person, Quote, Role, is_visible};
use base::phone::{spellings, with_plus};
use serde_json::Value;

use super::{NumberChange, Reader};
use crate::PressedButton;
use crate::error_catalog::WHATSAPP;
use crate::incoming::{AdvertIds, InboundEvent, advert_mark};
use crate::whatsapp::wire::{Card, Contact, FileRef, Id, Interactive, Location, Message, Order, Referral};

/// The code for a message that Meta withholds: the first one of a chat that came from the phone app.
const WITHHELD: u32 = 131_060;

/// Content of a message in our kinds.
#[derive(Debug, PartialEq)]
pub(super) struct ReceivedContent {
    pub content: Content,
    /// Text in addition to a location or a contact.
    pub caption: Option<String>,
    /// The id of a list row (chats-api §3.11).
    pub callback_data: Option<String>,
    /// The data of one of our buttons.
    pub pressed: Option<String>,
    /// The phone number that the sender shared as their own.
    pub own_phone: Option<String>,
}

impl ReceivedContent {
    fn of(content: Content) -> Self {
        Self { content, caption: None, callback_data: None, pressed: None, own_phone: None }
    }

    fn text(text: impl Into<String>) -> Self {
        Self::of(Content::Text { text: text.into() })
    }
}

impl Reader<'_> {
    /// At least one; several for several contact cards in one message.
    pub(super) fn contents(&self, message: &Message) -> Vec<ReceivedContent> {
        if !message.contacts.is_empty() {
            return message.contacts.iter().map(|card| self.card(card)).collect();
        }
        vec![self.single(message)]
    }

    fn single(&self, message: &Message) -> ReceivedContent {
        if let Some(content) = file(message) {
            return ReceivedContent::of(content);
        }
        let text = message.text.as_ref().and_then(|text| text.body.some()).map(str::to_owned);
        let button = || message.button.as_ref().and_then(|button| button.text.some().or(button.payload.some()));
        let known = text
            .map(ReceivedContent::text)
            .or_else(|| button().map(ReceivedContent::text))
            .or_else(|| message.location.as_ref().and_then(place))
            .or_else(|| message.interactive.as_ref().and_then(|answer| self.interactive(answer)))
            .or_else(|| message.order.as_ref().map(|order| ReceivedContent::text(self.order(order))));
        known.unwrap_or_else(|| ReceivedContent::text(self.placeholder(message)))
    }

    fn interactive(&self, answer: &Interactive) -> Option<ReceivedContent> {
        if let Some(form) = &answer.nfm_reply {
            return Some(ReceivedContent::text(self.form(&form.response_json, &form.body)));
        }
        let (reply, is_row) = match (&answer.button_reply, &answer.list_reply) {
            (Some(reply), _) => (reply, false),
            (None, Some(reply)) => (reply, true),
            (None, None) => return None,
        };
        let title = reply.title.some().unwrap_or_default();
        let data = reply.id.some();
        let ours = data.filter(|data| PressedButton::read(data).is_some());
        if title.is_empty() && data.is_none() {
            return None;
        }
        Some(ReceivedContent {
            callback_data: data.filter(|_| is_row && ours.is_none()).map(str::to_owned),
            pressed: ours.map(str::to_owned),
            ..ReceivedContent::text(if title.is_empty() { data.unwrap_or_default() } else { title })
        })
    }

    /// `[Form] date: 2026-11-24`, one field per line. The token is only for Meta.
    fn form(&self, response_json: &str, body: &str) -> String {
        let mark = self.text("wa-in-form", &[]);
        let fields = match serde_json::from_str(response_json) {
            Ok(Value::Object(fields)) => fields,
            _ => return format!("{mark} {body}").trim_end().to_owned(),
        };
        let lines = fields.iter().filter(|(name, _)| *name != "flow_token").map(|(name, value)| match value {
            Value::String(text) => format!("{name}: {text}"),
            other => format!("{name}: {other}"),
        });
        format!("{mark} {}", lines.collect::<Vec<_>>().join("\n")).trim_end().to_owned()
    }

    /// `[Order] SKU-77 × 2 = 60 USD; total 85 USD`, and the customer's text.
    fn order(&self, order: &Order) -> String {
        let (mut lines, mut total, mut currency) = (Vec::new(), Some(0.0), "");
        for item in order.product_items.iter() {
            let name = item.product_retailer_id.some().unwrap_or("?");
            let quantity = item.quantity.0.unwrap_or(1.0);
            let sum = item.item_price.0.map(|price| price * quantity);
            let same = currency.is_empty() || currency == &*item.currency;
            currency = if currency.is_empty() { &item.currency } else { currency };
            total = total.zip(sum).filter(|_| same).map(|(total, sum)| total + sum);
            lines.push(match sum {
                Some(sum) => format!("{name} × {quantity} = {} {}", money(sum), item.currency).trim_end().to_owned(),
                None => format!("{name} × {quantity}"),
            });
        }
        if let Some(total) = total.filter(|_| !lines.is_empty()) {
            let sum = format!("{} {currency}", money(total));
            lines.push(self.text("wa-in-order-total", &[("sum", sum.trim_end())]));
        }
        let items = format!("{} {}", self.text("wa-in-order", &[]), lines.join("; "));
        let parts = [Some(items.trim_end()), order.text.some()];
        parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    /// A contact card: its first phone number; everything else as text.
    fn card(&self, card: &Card) -> ReceivedContent {
        let whole = [&*card.name.first_name, &*card.name.last_name].join(" ");
        let phones: Vec<String> = card
            .phones
            .iter()
            .filter_map(|phone| phone.phone.some().or_else(|| phone.wa_id.some()))
            .map(with_plus)
            .collect();
        let phone = phones.first().cloned().or_else(|| vcard_phone(&card.vcard)).unwrap_or_default();
        let emails: Vec<&str> = card.emails.iter().filter_map(|email| email.email.some()).collect();
        let company = card.org.company.some();
        let name = card.name.formatted_name.some().or_else(|| Some(whole.trim()).filter(|name| !name.is_empty()));
        let rest: Vec<&str> =
            phones.iter().skip(1).map(String::as_str).chain(emails).chain(company.filter(|_| name.is_some())).collect();
        let name = name.or(company).unwrap_or(&phone);
        let content = if name.is_empty() && phone.is_empty() {
            Content::Text { text: self.text("wa-in-card", &[]) }
        } else {
            Content::Contact { name: name.to_owned(), phone: phone.clone() }
        };
        ReceivedContent {
            caption: Some(rest.join(", ")).filter(|rest| !rest.is_empty()),
            own_phone: Some(phone).filter(|phone| &*card.origin == "contact_request" && !phone.is_empty()),
            ..ReceivedContent::of(content)
        }
    }

    /// A text for content that Meta does not provide, or whose type is unknown.
    fn placeholder(&self, message: &Message) -> String {
        if &*message.r#type == "media_placeholder" {
            return self.text("wa-in-history-file", &[]);
        }
        let refusal = message.errors.first();
        if let Some(row) =
            refusal.and_then(|refusal| WHATSAPP.known(refusal.code())).filter(|row| matches!(row.id, "w42" | "w45"))
        {
            return format!("[{}]", self.text(row.key(), &[]));
        }
        let kind = message.unsupported.as_ref().and_then(|unsupported| unsupported.r#type.some());
        let kind = kind.or_else(|| message.r#type.some().filter(|kind| *kind != "unsupported"));
        match kind.filter(|kind| kind.len() <= 64 && refusal.is_none_or(|refusal| refusal.code() != WITHHELD)) {
            Some(kind) => self.text("wa-in-unsupported-kind", &[("kind", kind)]),
            None => self.text("wa-in-unsupported", &[]),
        }
    }
}

/// The file of a message, if there is one that can be downloaded.
fn file(message: &Message) -> Option<Content> {
    let of = |file: &Option<FileRef>| file.as_ref().filter(|file| file.id.some().is_some()).cloned();
    if let Some(file) = of(&message.image) {
        return Some(Content::Picture(media(&file, "image")));
    }
    if let Some(file) = of(&message.video) {
        return Some(Content::Video(media(&file, "video")));
    }
    if let Some(file) = of(&message.audio) {
        return Some(if file.voice {
            Content::Voice(media(&file, "voice"))
        } else {
            Content::Audio(media(&file, "audio"))
        });
    }
    if let Some(file) = of(&message.document) {
        return Some(Content::File(media(&file, "file")));
    }
    let file = of(&message.sticker)?;
    let sticker_id = file.sha256.some().or_else(|| file.id.some()).map(str::to_owned);
    Some(Content::Sticker(Media { sticker_id, ..media(&file, "sticker") }))
}

fn media(file: &FileRef, kind: &str) -> Media {
    let mime_type = file.mime_type.some();
    let made_up = || format!("{kind}_{}{}", file.id, mime_type.map_or("", ending));
    Media {
        file_name: file.filename.some().map_or_else(made_up, str::to_owned),
        mime_type: mime_type.map(str::to_owned),
        text: file.caption.some().map(str::to_owned),
        reference: Some(format!("media:{}", file.id)),
        known_as: Some(file.id.0.clone()),
        ..Media::default()
    }
}

/// The extension of a generated name; empty for types that always have a name.
fn ending(mime_type: &str) -> &'static str {
    match mime_type.split(';').next().unwrap_or_default().trim() {
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "image/webp" => ".webp",
        "video/mp4" => ".mp4",
        "video/3gpp" => ".3gp",
        "audio/ogg" | "audio/opus" => ".ogg",
        "audio/mpeg" => ".mp3",
        "audio/mp4" => ".m4a",
        "audio/aac" => ".aac",
        "audio/amr" => ".amr",
        "application/pdf" => ".pdf",
        _ => "",
    }
}

fn place(location: &Location) -> Option<ReceivedContent> {
    let degrees = |given: Option<f64>, most: f64| given.filter(|one| one.abs() <= most);
    let (latitude, longitude) = (degrees(location.latitude.0, 90.0)?, degrees(location.longitude.0, 180.0)?);
    let words: Vec<&str> = [location.name.some(), location.address.some()].into_iter().flatten().collect();
    Some(ReceivedContent {
        caption: Some(words.join(", ")).filter(|words| !words.is_empty()),
        ..ReceivedContent::of(Content::Location { latitude, longitude })
    })
}

/// Without superfluous decimals and floating-point noise.
fn money(sum: f64) -> String {
    let text = format!("{sum:.2}");
    text.strip_suffix(".00").map(str::to_owned).unwrap_or(text)
}

/// The first phone number of a vCard: `TEL;type=CELL:+5511900001111`.
fn vcard_phone(vcard: &str) -> Option<String> {
    let line = vcard.lines().find(|line| line.get(..3).is_some_and(|name| name.eq_ignore_ascii_case("TEL")))?;
    let (_, phone) = line.split_once(':')?;
    Some(with_plus(phone)).filter(|phone| !phone.is_empty())
}

// Which message a message answers, and how the customer came: as lines above its own text, because amoCRM has no
// fields for them (whatsapp §4).

/// The quoted message. A message about a product quotes none, although it contains an id.
pub(super) fn reply_to(message: &Message) -> Option<Quote> {
    let context = message.context.as_ref().filter(|context| context.referred_product.is_none())?;
    let external_id = context.id.some().map(str::to_owned)?;
    Some(Quote { external_id: Some(external_id), ..Quote::default() })
}

/// What is stored as the customer's origin: everything by which an advertiser can find the advertisement.
pub(super) fn mark(referral: &Referral) -> Option<String> {
    let source = [&*referral.source_type, &*referral.source_id].join(" ");
    let click = referral.ctwa_clid.some().map(|click| format!("{}{click}", AdvertIds::CLICK));
    advert_mark(referral.headline.some(), [Some(source.trim()), referral.source_url.some(), click.as_deref()])
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

// Who writes, and in which conversation (whatsapp §3, §12).

/// The ids by which a webhook identifies a person; at least one is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PersonIds {
    phone: Option<String>,
    bsuid: Option<String>,
}

impl PersonIds {
    /// None if both are empty. A BSUID that repeats the phone is no second id: no person moves from an id to the same one.
    pub fn of(phone: &Id, bsuid: &Id) -> Option<Self> {
        let phone =
            phone.some().map(|phone| phone.trim_start_matches('+').to_owned()).filter(|phone| !phone.is_empty());
        let bsuid = bsuid.some().map(str::to_owned).filter(|bsuid| Some(bsuid) != phone.as_ref());
        (phone.is_some() || bsuid.is_some()).then_some(Self { phone, bsuid })
    }

    /// Who wrote a message.
    pub fn sender(message: &Message) -> Option<Self> {
        Self::of(&message.from, &message.from_user_id)
    }

    /// To whom the business wrote.
    pub fn receiver(message: &Message) -> Option<Self> {
        Self::of(&message.to, &message.to_user_id)
    }

    /// The id of the person and of their conversation: the BSUID, which does not change when the phone is hidden,
    /// otherwise the phone.
    pub fn id(&self) -> &str {
        self.bsuid.as_deref().or(self.phone.as_deref()).unwrap_or_default()
    }

    /// The number, as the webhook writes it.
    pub fn phone(&self) -> Option<&str> {
        self.phone.as_deref()
    }

    /// Surrounds a person's events by those that make the conversation known by all their ids. Messages are sent to the
    /// phone while there is one, because not every kind of message may be sent to a BSUID (whatsapp §12).
    pub fn known_by_all(&self, events: Vec<InboundEvent>) -> Vec<InboundEvent> {
        let both = self.phone.clone().zip(self.bsuid.clone());
        let after = both.map(|(number, id)| InboundEvent::HasNumber { id, number, before: None });
        self.found_by_phone().chain(events).chain(after).collect()
    }

    /// A person known only by phone, in either spelling of the number, is then found by BSUID too.
    pub fn found_by_phone(&self) -> impl Iterator<Item = InboundEvent> {
        let id = self.id();
        let written = self.phone.iter().cloned();
        let spellings =
            self.phone.iter().flat_map(|phone| spellings(phone)).filter(|one| Some(one) != self.phone.as_ref());
        let numbers = written.chain(spellings).filter(move |number| number != id);
        numbers.map(move |number| InboundEvent::AlsoKnown { id: number, also: id.to_owned() })
    }
}

impl NumberChange<'_> {
    /// A customer as described by the webhook.
    pub(super) fn customer(&self, ids: &PersonIds) -> Person {
        let is_them = |contact: &&Contact| {
            let same = |named: &Id, known: &Option<String>| {
                known.is_some() && named.some().map(|id| id.trim_start_matches('+')) == known.as_deref()
            };
            same(&contact.user_id, &ids.bsuid) || same(&contact.wa_id, &ids.phone)
        };
        let profile = self.contacts.iter().find(is_them).map(|contact| &contact.profile);
        let name = profile.and_then(|profile| {
            [&profile.name, &profile.username].into_iter().find_map(|name| name.some().filter(|name| is_visible(name)))
        });
        // A text that is too long for a phone number is ignored.
        let phone =
            ids.phone.as_deref().filter(|phone| phone.len() <= 15 && phone.bytes().all(|one| one.is_ascii_digit()));
        let called = || phone.map_or_else(|| format!("WhatsApp {}", ids.id()), with_plus);
        Person {
            id: ids.id().to_owned(),
            role: Role::Client,
            name: Some(name.map_or_else(called, str::to_owned)),
            phone: phone.map(with_plus),
            profile_url: phone.map(|phone| format!("https://wa.me/{phone}")),
            ..Person::default()
        }
    }

    /// A group, the owner of its conversation.
    pub(super) fn group(&self, id: &str) -> Person {
        let name = self.reader.text("wa-in-group", &[]);
        Person { id: id.to_owned(), role: Role::Client, name: Some(name), ..Person::default() }
    }
}

impl Reader<'_> {
    /// The person who writes in the business's own phone app.
    pub(super) fn owner(&self) -> Person {
        Person {
            id: self.number.phone_number_id.to_owned(),
            role: Role::Manager,
            name: self.number.verified_name().map(str::to_owned),
            ..Person::default()
        }
    }
}
