//! Phones of the customers of VK, Avito, MAX, Instagram and Facebook Messenger, with what a manager sends.

use base::i18n::Language;
use parom_tests::settings::HOST;
use parom_tests::{Beside, Browser, Engine, Place, Setup, Simulated};
use sandbox::HookForm;
use simulator::{avito, max, meta, vk};

use super::super::speaks;
use super::{FILES, Speech, everything, picture};
use crate::messengers::avito::{Ids as AvitoIds, Shop};
use crate::messengers::facebook::Facebook;
use crate::messengers::instagram::Instagram;
use crate::messengers::max::{Bot, Ids as MaxIds};
use crate::messengers::meta::{Ids as MetaIds, Network, Of};
use crate::messengers::played::{Played, arrives};
use crate::messengers::vk::{Community, Ids as VkIds};

/// A messenger whose customer has a page with a phone.
trait Pictured: Played {
    /// The line and Maria, with names in the language of the pictures.
    fn meets(double: &Self::Double, speech: Speech) -> Self::Ids;
    /// The path of her phone.
    fn phone(ids: &Self::Ids) -> String;
}

fn maria(speech: Speech) -> (String, String) {
    (speech.say("Maria", "Мария"), speech.say("Kovaleva", "Ковалёва"))
}

impl Pictured for Community {
    fn meets(double: &vk::Vk, speech: Speech) -> VkIds {
        let (first_name, last_name) = maria(speech);
        let maria = double.add_person(vk::NewPerson { first_name, last_name, has_photo: true });
        VkIds { community: double.add_community(vk::NewCommunity::default()).id, maria }
    }

    fn phone(ids: &VkIds) -> String {
        format!("/phone/{}/{}", ids.maria, ids.community)
    }
}

impl Pictured for Shop {
    fn meets(double: &avito::Avito, speech: Speech) -> AvitoIds {
        let seller = double.add_seller(avito::NewSeller::default());
        let buyer = double.add_buyer(avito::NewBuyer { name: maria(speech).0, ..avito::NewBuyer::default() });
        let title = speech.say("Blue sofa", "Диван синий");
        let item = double.add_item(avito::NewItem { title, ..avito::NewItem::of(seller) });
        let chat = double.customer(buyer, item).chat().expect("a chat about the advert");
        AvitoIds { seller, buyer, item, chat }
    }

    fn phone(ids: &AvitoIds) -> String {
        format!("/phone/{}/{}", ids.buyer, ids.item)
    }
}

impl Pictured for Bot {
    fn meets(double: &max::Max, speech: Speech) -> MaxIds {
        let (first_name, last_name) = maria(speech);
        let person = max::NewPerson { first_name, last_name, ..max::NewPerson::default() };
        MaxIds { bot: double.add_bot(max::NewBot::default()), maria: double.add_person(person) }
    }

    fn phone(ids: &MaxIds) -> String {
        format!("/phone/{}/{}", ids.maria, ids.bot.id)
    }
}

impl<N: Network> Pictured for Of<N> {
    fn meets(double: &meta::Meta, speech: Speech) -> MetaIds {
        let (first_name, last_name) = maria(speech);
        let mut ids = Self::sets_up(double);
        ids.anna = double.add_person(meta::NewPerson { first_name, last_name, ..meta::NewPerson::default() });
        ids
    }

    fn phone(ids: &MetaIds) -> String {
        format!("/phone/{}/{}", ids.anna, ids.account.id)
    }
}

async fn phone_in<P: Pictured>(language: Language) {
    let (code, speech) = (language.code(), Speech(language));
    let Some(browser) = Browser::open(code).await else { return };
    let mut world: Beside<P::Double> = Beside::start(Engine::Sqlite, Setup::default()).await.expect("SQLite is there");
    speaks(&world, language);
    let double = world.messenger.clone();
    let ids = P::meets(&double, speech);
    let line = world.line_of(P::KIND, "Acme", "acme", P::settings(&double, &ids)).await;
    P::is_connected(&double, &ids, &format!("{}/hooks/{}/{}", world.app().public_url(), P::KIND, line.source_id));
    arrives::<P>(&mut world).await;
    P::writes(&double, &ids, &speech.say("Is it in stock?", "Есть в наличии?"));
    arrives::<P>(&mut world).await;
    let hello = world.sandbox.messages(HOST).pop().expect("the question");
    for message in everything(speech, &hello.id, FILES) {
        line.manager_sends_to(&world, &hello.chat_id, message).await;
    }
    world.sandbox.manager_reacts(HOST, &hello.id, Some("👍"), HookForm::Table).await.expect("the hook");
    world.deliver_to_the_end().await;
    arrives::<P>(&mut world).await;
    browser.goto(&format!("{}{}?lang={code}", double.address(), P::phone(&ids))).await;
    browser.find(".talk li").await;
    let text = browser.text().await;
    assert!(text.contains("offer.pdf"), "the document is shown by its name: {text}");
    picture(&browser, ".scroll", &format!("phone-{}-{code}", P::KIND)).await;
    browser.close().await;
    // What the page has reported as read.
    arrives::<P>(&mut world).await;
    world.deliver_to_the_end().await;
    world.close().await;
}

macro_rules! phones {
    ($($played:ident: $english:ident, $russian:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $english() {
            phone_in::<$played>(Language::En).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $russian() {
            phone_in::<$played>(Language::Ru).await;
        }
    )*};
}

phones! {
    Community: vk_in_english, vk_in_russian;
    Shop: avito_in_english, avito_in_russian;
    Bot: max_in_english, max_in_russian;
    Instagram: instagram_in_english, instagram_in_russian;
    Facebook: facebook_in_english, facebook_in_russian;
}
