//! What buyers and sellers do at Avito.

use parom_tests::once;
use serde_json::Value;
use simulator::avito::{Act, Avito, Content};
use simulator::crm::HookMessage;

use super::{AvitoWorld, Shop, acts};
use crate::messengers::played::{arrives, brought, chatting};
use crate::messengers::steps::out::leaves;
use crate::messengers::{at_crm, kinds_at_crm, pairs};

async fn everything_that_can_be_sent_arrives(world: &mut AvitoWorld) {
    let chat = chatting::<Shop>(world).await;
    let (buyer, item) = (chat.ids.buyer, chat.ids.item);
    let unknown = Content::of("raw").with("type", "hologram").with("content", serde_json::json!({ "odd": 1 }));
    let place = Content::of("location").with("lat", 55.75).with("lon", 37.61).with("text", "Лесная 5");
    for (content, came) in [
        (Content::text("Ещё продаёте?"), ("text", "Ещё продаёте?")),
        (Content::of("image"), ("picture", "")),
        (Content::of("voice"), ("voice", "")),
        (place, ("location", "Лесная 5")),
        (Content::of("call"), ("text", "[Пропущенный звонок]")),
        (Content::of("app_call"), ("text", "[Звонок]")),
        (Content::of("file"), ("text", "[Файл. Авито его не отдаёт: откройте в чате на Авито или попросите ссылку]")),
        (Content::of("video"), ("text", "[Видео. Авито его не отдаёт: откройте в чате на Авито или попросите ссылку]")),
        (unknown, ("text", "[Сообщение не поддерживается. Попросите прислать текстом или картинкой]")),
    ] {
        let said = format!("{content:?}");
        let sending = |avito: &Avito| drop(avito.customer(buyer, item).sends(content).unwrap());
        assert_eq!(brought::<Shop>(world, sending).await, pairs(&[came]), "{said}");
    }
    let link = Content::of("link").with("url", "https://acme.test/sofa").with("text", "Такой?");
    for content in [link, Content::of("item").with("item", item)] {
        let sending = |avito: &Avito| drop(avito.customer(buyer, item).sends(content).unwrap());
        let came = brought::<Shop>(world, sending).await;
        assert!(came.len() == 1 && came[0].1.contains("https://"), "{came:?}");
    }
    for shown in at_crm(world).iter().filter(|one| ["picture", "voice"].contains(&one.kind.as_str())) {
        assert!(!shown.media.is_empty(), "{shown:?}");
    }
}

/// Title, price and address of the advert are shown above a chat's first message, once.
async fn the_first_message_names_the_advert(world: &mut AvitoWorld) {
    let chat = chatting::<Shop>(world).await;
    let first = at_crm(world).remove(0).text;
    for part in ["Диван синий", "30 000 ₽", "https://avito.ru/moskva/mebel_i_interer/", "Hello"] {
        assert!(first.replace('\u{a0}', " ").contains(part), "{part} in {first}");
    }
    let writes = |avito: &Avito| drop(avito.customer(chat.ids.buyer, chat.ids.item).writes("И доставка?").unwrap());
    assert_eq!(brought::<Shop>(world, writes).await, pairs(&[("text", "И доставка?")]));
}

/// amoCRM quotes the advert together with the buyer's words; the buyer sees only the words.
async fn the_advert_is_not_quoted(world: &mut AvitoWorld) {
    let chat = chatting::<Shop>(world).await;
    let first = at_crm(world).remove(0);
    assert!(first.text.contains("Диван синий"), "{first:?}");
    let sent = leaves(world, &chat, HookMessage::text("Да").quoting(&first.id)).await;
    let said = &sent[0].text;
    assert!(said.contains("Hello") && said.ends_with("Да") && !said.contains("Диван"), "{said}");
}

async fn quotes_and_deletions_arrive(world: &mut AvitoWorld) {
    let chat = chatting::<Shop>(world).await;
    let asked = world.messenger.customer(chat.ids.buyer, chat.ids.item).writes("Синий есть?").unwrap();
    arrives::<Shop>(world).await;
    world.messenger.customer(chat.ids.buyer, chat.ids.item).replies(&asked, "Или зелёный").unwrap();
    arrives::<Shop>(world).await;
    let came = at_crm(world);
    // Avito's webhook does not say what a message quotes.
    assert_eq!((came[2].text.as_str(), &came[2].payload["reply_to"]), ("Или зелёный", &Value::Null));
    world.messenger.customer(chat.ids.buyer, chat.ids.item).removes(&asked).unwrap();
    arrives::<Shop>(world).await;
    assert_eq!(at_crm(world)[1].text, "Удалено клиентом");
}

/// What the seller writes in Avito is the manager's; what Avito itself writes is ignored.
async fn messages_of_the_seller_are_from_a_manager(world: &mut AvitoWorld) {
    let chat = chatting::<Shop>(world).await;
    let at = chat.ids.chat.clone();
    let own = |name: &str| Act::own(name).with("chat", at.as_str());
    acts(&world.messenger, own("send_as_seller").content(Content::text("Перезвоню")));
    acts(&world.messenger, own("system").with("flow_id", "bot").text("Реклама"));
    arrives::<Shop>(world).await;
    let came = at_crm(world);
    assert_eq!(came[1..].iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["Перезвоню"]);
    assert_ne!(came[0].sender_id, came[1].sender_id);
    assert_eq!(came[0].chat_id, came[1].chat_id);
    assert_eq!(kinds_at_crm(world).len(), 2);
}

once!(
    everything_that_can_be_sent_arrives,
    the_first_message_names_the_advert,
    the_advert_is_not_quoted,
    quotes_and_deletions_arrive,
    messages_of_the_seller_are_from_a_manager,
);
