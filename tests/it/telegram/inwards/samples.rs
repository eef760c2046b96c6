//! Every body of Telegram's documents, and what amoCRM shows of it (telegram §4.1, §18).

use entity::raw_hook;
use parom_tests::{TelegramWorld, both};
use serde_json::{Value, json};

use super::at_crm;
use super::door::{door, posts};

/// What becomes of a body.
#[derive(Clone, Copy, Debug)]
enum Lands {
    /// One message of this kind and text.
    As(&'static str, &'static str),
    /// The last message says something else now.
    Changes(&'static str, &'static str),
    /// Nothing is sent to amoCRM.
    Nothing,
}

use Lands::{As, Changes, Nothing};

/// In the order in which they would come.
const BODIES: &[(&str, Lands)] = &[
    ("text_entities", As("text", "👋🏽 Hi! See our offer (https://acme.test/offer?id=7) and call +79990001122")),
    ("edited_text", Changes("text", "👋🏽 Hi! See our NEW offer")),
    ("text_no_username_emoji_name", As("text", "Здравствуйте! Есть в наличии?")),
    ("start_payload", Nothing),
    ("photo_caption", As("picture", "Чек об оплате")),
    ("edited_media", Changes("picture", "Чек об оплате (исправлен)")),
    ("album_1", As("picture", "Три вопроса по этим фото")),
    ("album_2", As("video", "")),
    ("video", As("video", "Так стучит")),
    ("video_note", As("video", "")),
    ("animation", As("video", "")),
    ("audio", As("audio", "")),
    ("voice", As("voice", "")),
    ("document", As("file", "подписано")),
    ("document_too_big", As("text", "[Файл 3 ГБ, скачать нельзя. Попросите ссылку]")),
    ("sticker_static", As("sticker", "")),
    ("sticker_animated", As("sticker", "")),
    ("contact_own", As("contact", "")),
    ("contact_foreign", As("contact", "")),
    ("location", As("location", "")),
    ("live_location_edit", Nothing),
    ("venue", As("location", "Acme, Lenina 1")),
    ("poll", As("text", "[Опрос] Когда удобно? 1) Утром 2) Вечером")),
    ("dice", As("text", "🎲 4")),
    ("story_forward", As("text", "[История] https://t.me/acme_news/s/15")),
    ("paid_media", As("text", "[Платное медиа, 25 ⭐]")),
    ("live_photo", As("picture", "")),
    ("rich_message", As("text", "Заказ\nНужны 3 шт.")),
    ("reply_quote", As("text", "> in stock\nЭта!")),
    ("external_reply", As("text", "Хочу как здесь")),
    ("forward_user", As("text", "Переслано от Ivan:\nАдрес: Лесная 5")),
    ("forward_hidden_user", As("text", "Переслано от Петя ★:\nок, договорились")),
    ("forward_channel", As("text", "Переслано от Acme news (https://t.me/acme_news/877):\nРаспродажа!")),
    ("group_added", Nothing),
    ("group_text", As("text", "@acme_support_bot где курьер?")),
    ("group_anonymous_admin", As("text", "Курьер едет")),
    ("migrate_to", Nothing),
    ("migrate_from", Nothing),
    ("forum_topic", As("text", "Остатки на складе?")),
    ("deleted_account", As("text", "спасибо")),
    ("callback_query", As("text", "Yes")),
    ("callback_inaccessible", As("text", "[Нажата кнопка]")),
    ("reaction_add", Nothing),
    ("reaction_change", Nothing),
    ("reaction_remove", Nothing),
    ("my_chat_member_blocked", Nothing),
    ("my_chat_member_unblocked", Nothing),
    ("business_connection", Nothing),
    ("business_message_in", As("text", "Олег, добрый день")),
    ("business_message_edited", Changes("text", "Олег, добрый вечер")),
    ("business_message_out", Nothing),
    ("business_message_echo", Nothing),
    ("business_messages_deleted", Changes("text", "Удалено клиентом")),
    ("business_disconnected", Nothing),
    ("unknown_update", Nothing),
];

fn body_of(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/telegram");
    std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap()
}

/// All files that a body contains, and their fields.
fn files_of<'a>(field: &'a str, value: &'a Value) -> Vec<(&'a str, &'a str)> {
    match value {
        Value::Object(fields) => {
            let own = fields.get("file_id").and_then(Value::as_str).map(|id| (field, id));
            own.into_iter().chain(fields.iter().flat_map(|(name, value)| files_of(name, value))).collect()
        }
        Value::Array(all) => all.iter().flat_map(|one| files_of(field, one)).collect(),
        _ => Vec::new(),
    }
}

async fn every_body_of_the_documents_lands_as_the_table_says(world: &mut TelegramWorld) {
    let line = world.telegram_source(Default::default(), json!({ "groups": true })).await;
    let (path, secret) = door(world, &line);
    let mut wrong = Vec::new();
    for (name, lands) in BODIES {
        let body = body_of(name);
        for (field, file) in files_of("", &serde_json::from_str(&body).unwrap()) {
            world.telegram().knows_file(line.bot, file, field);
        }
        let before = at_crm(world);
        assert_eq!(posts(world, &path, Some(&secret), body).await, 200, "{name}");
        world.deliver_to_the_end().await;
        let after = at_crm(world);
        let new = after.len() - before.len();
        let last = after.last().map(|last| (last.kind.as_str(), last.text.as_str(), last.edited));
        let told = |shown: &simulator::crm::MessageView| (shown.kind.clone(), shown.text.clone(), shown.edited);
        let is_right = match *lands {
            As(kind, text) => (new, last) == (1, Some((kind, text, false))),
            Changes(kind, text) => (new, last) == (0, Some((kind, text, true))),
            Nothing => before.iter().map(told).eq(after.iter().map(told)),
        };
        if !is_right {
            wrong.push(format!("{name}: {new} new, the last is {last:?} instead of {lands:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let kept = raw_hook::Entity::of_tenant(line.line.tenant_id).all(world.app().store.read()).await.unwrap();
    let aside: Vec<_> = kept.iter().map(|raw| raw.quarantine.as_str()).filter(|why| !why.is_empty()).collect();
    assert_eq!(aside, ["unknown_update"]);
}

#[test]
fn no_body_is_left_out() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/telegram");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let names = files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
    let mut there: Vec<String> = names.filter(|name| !name.starts_with("api_")).collect();
    there.sort();
    let mut told: Vec<&str> = BODIES.iter().map(|(name, _)| *name).collect();
    told.sort_unstable();
    assert_eq!(told, there);
}

both!(every_body_of_the_documents_lands_as_the_table_says);
