//! Every kind of incoming content with its documented body.

use serde_json::json;
use simulator::whatsapp::{Content, Dressing, Given};

use super::bodies::Check;

pub async fn content(check: &mut Check) {
    let file = Given::sample;
    let caption = |text: &str| text.to_owned();
    check.sends("text", Content::text("Ещё вопрос: оплата картой?"));
    check.sends("image_caption", Content::image("мой чек"));
    check.sends("image", Content::image(""));
    check.sends("video", Content::Video { file: file(), caption: caption("как стучит") });
    check.sends("voice", Content::Voice { file: file() });
    check.sends("audio", Content::Audio { file: file() });
    let contract = file().named("Договор №7.pdf");
    check.sends("document", Content::Document { file: contract, caption: caption("подписано") });
    let scan = Given::bytes("scan.png", "image/png", &b"\x89PNG"[..]);
    check.sends("document_image", Content::Document { file: scan, caption: String::new() });
    check.sends("sticker_animated", Content::Sticker { file: file(), animated: true });
    let (latitude, longitude) = (43.238_949, 76.889_709);
    let (name, address) = ("Acme".to_owned(), "Abai 10".to_owned());
    check.sends("location", Content::Location { latitude, longitude, name, address });
    let contacts = vec![
        json!({"name": {"first_name": "Иван", "formatted_name": "Иван Сервис"},
            "phones": [{"phone": "+7 701 000 22 33", "wa_id": "77010002233", "type": "CELL"}]}),
        json!({"name": {"formatted_name": "Склад"}, "org": {"company": "Acme"},
            "phones": [{"phone": "+7 701 000 44 55", "type": "WORK"}]}),
    ];
    check.sends("contacts_two", Content::Contacts { contacts });
    let items = vec![json!({"product_retailer_id": "SKU-77", "quantity": 2, "item_price": 30, "currency": "USD"})];
    let (catalog_id, text) = ("440011".to_owned(), "к пятнице".to_owned());
    check.sends("order", Content::Order { catalog_id, text, items });
    check.sends("unsupported", Content::Unsupported { what: "poll_creation".to_owned() });
    check.sends("unavailable_131060", Content::Unavailable);
}

pub fn dressed(check: &mut Check) {
    check.dressed("text_forwarded", "Скидка 20% всем!", Dressing { forwarded: true, ..Dressing::default() });
    let often = Dressing { forwarded_often: true, ..Dressing::default() };
    check.dressed("text_forwarded_often", "Перешли это десяти друзьям", often);
    check.dressed("text_ad_referral", "Хочу узнать цену", Dressing { referral: Some(ad()), ..Dressing::default() });
    let product = Some(json!({"catalog_id": "440011", "product_retailer_id": "SKU-77"}));
    check.dressed("text_product", "Есть в наличии?", Dressing { product, ..Dressing::default() });
    let group_id = Some("Y2FwaV9ncm91cDo3NzAxMDAwOTkwMDoxMjAz".to_owned());
    check.dressed("group_text", "Кто везёт?", Dressing { group_id, ..Dressing::default() });
}

pub fn ad() -> serde_json::Value {
    json!({"source_url": "https://fb.me/3acmead", "source_id": "120200000000000001", "source_type": "ad",
        "headline": "Синие велосипеды", "body": "Только в ноябре", "media_type": "image",
        "image_url": "https://scontent.example/ad.jpg", "ctwa_clid": "ARAkLkA8rmlFeiCktEJQ-acme",
        "welcome_message": {"text": "Здравствуйте! Чем помочь?"}})
}
