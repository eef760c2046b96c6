//! Every body of Meta's documents, and what amoCRM shows of it (whatsapp §4, §18).

use parom_tests::once;
use serde_json::Value;

use super::super::{at_crm, with_bot};
use super::{WhatsAppWorld, connected, posts};

/// What becomes of a body.
#[derive(Clone, Copy, Debug)]
enum Lands {
    /// One message of this kind and text.
    As(&'static str, &'static str),
    /// So many messages, one of them of this kind and text.
    All(usize, &'static str, &'static str),
    /// The last message says something else now.
    Changes(&'static str, &'static str),
    /// amoCRM receives nothing.
    Nothing,
}

use Lands::{All, As, Changes, Nothing};

/// In the order in which they would come.
const BODIES: &[(&str, Lands)] = &[
    ("text_classic", As("text", "Здравствуйте! Доставка в Алматы есть?")),
    ("text", As("text", "Ещё вопрос: оплата картой?")),
    ("revoke", Changes("text", "Удалено клиентом")),
    ("text_username_only", As("text", "Oi! 👋 ainda tem?")),
    ("text_parent_bsuid", As("text", "Это мой второй номер у вас")),
    ("text_reply", As("text", "Да, этот")),
    ("text_forwarded", As("text", "Переслано\nСкидка 20% всем!")),
    ("text_forwarded_often", As("text", "Переслано много раз\nПерешли это десяти друзьям")),
    ("text_ad_referral", As("text", "[Из рекламы: Синие велосипеды] https://fb.me/3acmead\nХочу узнать цену")),
    ("text_product", As("text", "Товар: SKU-77\nЕсть в наличии?")),
    ("image", As("picture", "")),
    ("image_caption", As("picture", "мой чек")),
    ("edit", Changes("picture", "мой чек (верный)")),
    ("video", As("video", "как стучит")),
    ("voice", As("voice", "")),
    ("audio", As("audio", "")),
    ("document", As("file", "подписано")),
    ("document_image", As("file", "")),
    ("sticker_animated", As("sticker", "")),
    ("location", As("location", "Acme, Abai 10")),
    ("contacts_two", All(2, "contact", "Acme")),
    ("contact_request_answer", As("contact", "")),
    ("button_template", As("text", "Подтверждаю")),
    ("button_reply", As("text", "Да")),
    ("list_reply", As("text", "Доставка")),
    ("flow_reply", As("text", "[Форма] date: 2026-11-24")),
    ("order", As("text", "[Заказ] SKU-77 × 2 = 60 USD; SKU-12 × 1 = 25 USD; итого 85 USD\nк пятнице")),
    ("reaction_add", Nothing),
    ("reaction_remove", Nothing),
    ("unsupported", As("text", "[Сообщение не поддерживается: poll_creation. Попросите прислать текстом или файлом]")),
    ("unavailable_131060", As("text", "[Сообщение скрыто WhatsApp. Попросите прислать ещё раз.]")),
    ("batch", All(3, "text", "Добрый день")),
    ("group_text", As("text", "Кто везёт?")),
    ("system_number_changed", As("text", "[Номер клиента сменился с +77010001122 на +77019998877]")),
    ("system_user_id_changed", Nothing),
    ("user_id_update", Nothing),
    ("user_preferences", Nothing),
    ("status_sent", Nothing),
    ("status_delivered", Nothing),
    ("status_read", Nothing),
    ("status_played", Nothing),
    ("status_bsuid_only", Nothing),
    ("status_failed_131026", Nothing),
    ("status_failed_131047", Nothing),
    ("status_failed_131049", Nothing),
    ("errors_value", Nothing),
    ("echo_text", As("text", "Да, завтра привезём")),
    ("echo_edit", Changes("text", "Да, послезавтра")),
    ("echo_revoke_bsuid", Nothing),
    ("history_chunk", All(3, "text", "[Файл, присланный до подключения номера]")),
    ("history_media", Changes("picture", "")),
    ("history_declined", Nothing),
    ("app_state_sync", Nothing),
    ("template_approved", Nothing),
    ("template_rejected", Nothing),
    ("template_paused", Nothing),
    ("phone_quality", Nothing),
    ("account_restricted", Nothing),
    ("unknown_value", Nothing),
];

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/whatsapp");

fn body_of(name: &str) -> String {
    std::fs::read_to_string(format!("{FOLDER}/{name}.json")).unwrap()
}

/// All files that a body names, and the fields that contain them.
fn files_of<'a>(field: &'a str, value: &'a Value) -> Vec<(&'a str, &'a str)> {
    match value {
        Value::Object(fields) => {
            let kinds = ["image", "video", "audio", "document", "sticker"];
            let own = fields.get("id").and_then(Value::as_str).filter(|_| kinds.contains(&field)).map(|id| (field, id));
            own.into_iter().chain(fields.iter().flat_map(|(name, value)| files_of(name, value))).collect()
        }
        Value::Array(all) => all.iter().flat_map(|one| files_of(field, one)).collect(),
        _ => Vec::new(),
    }
}

async fn every_body_of_the_documents_lands_as_the_table_says(world: &mut WhatsAppWorld) {
    let files = std::fs::read_dir(FOLDER).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|path| !path.file_name().unwrap().to_str().unwrap().starts_with("api_"));
    assert_eq!(files.count(), BODIES.len(), "no body is left out");
    with_bot(world).await;
    let (line, number) = connected(world).await;
    let path = format!("/hooks/whatsapp/{}", line.source_id);
    let mut wrong = Vec::new();
    for (name, lands) in BODIES {
        let body = body_of(name);
        for (field, file) in files_of("", &serde_json::from_str(&body).unwrap()) {
            world.messenger.knows_file(&number.phone, file, field);
        }
        let before = at_crm(world);
        assert_eq!(posts(world, &path, Some(&number.app.secret), &body).await, 200, "{name}");
        world.deliver_to_the_end().await;
        let after = at_crm(world);
        let new = after.len() - before.len();
        let last = after.last().map(|last| (last.kind.as_str(), last.text.as_str(), last.edited));
        let told = |shown: &simulator::crm::MessageView| (shown.kind.clone(), shown.text.clone(), shown.edited);
        let is_right = match *lands {
            As(kind, text) => (new, last) == (1, Some((kind, text, false))),
            All(count, kind, text) => {
                new == count
                    && after[before.len()..].iter().any(|one| (one.kind.as_str(), one.text.as_str()) == (kind, text))
            }
            Changes(kind, text) => (new, last) == (0, Some((kind, text, true))),
            Nothing => before.iter().map(told).eq(after.iter().map(told)),
        };
        if !is_right {
            wrong.push(format!("{name}: {new} new, the last is {last:?} instead of {lands:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(world.quarantined().await, ["unknown_update"], "what is unknown is kept");
}

once!(every_body_of_the_documents_lands_as_the_table_says);
