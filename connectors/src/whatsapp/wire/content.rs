//! Content of messages, and its context (whatsapp §3, §4).

use super::{Id, Many, Message, Number, wire};

wire! {
    Text {
        body: Id,
    }

    /// A file, to be opened by its id (whatsapp §10).
    FileRef {
        id: Id,
        mime_type: Id,
        sha256: Id,
        caption: Id,
        filename: Id,
        /// For `audio`: recorded as a voice message.
        voice: bool,
    }

    Location {
        latitude: Number,
        longitude: Number,
        name: Id,
        address: Id,
    }

    /// A contact card.
    Card {
        name: CardName,
        phones: Many<CardPhone>,
        emails: Many<CardEmail>,
        org: CardCompany,
        vcard: Id,
        /// `contact_request`: the sender's own card, shared because we asked for it.
        origin: Id,
    }

    CardName {
        formatted_name: Id,
        first_name: Id,
        last_name: Id,
    }

    CardPhone {
        phone: Id,
        wa_id: Id,
    }

    CardEmail {
        email: Id,
    }

    CardCompany {
        company: Id,
    }

    /// The answer to one of our interactive messages.
    Interactive {
        button_reply: Option<Reply>,
        list_reply: Option<Reply>,
        nfm_reply: Option<FormReply>,
    }

    Reply {
        id: Id,
        title: Id,
    }

    /// A form's answers, as JSON in a text.
    FormReply {
        body: Id,
        response_json: Id,
    }

    /// A template's quick reply.
    Button {
        text: Id,
        payload: Id,
    }

    Order {
        text: Id,
        product_items: Many<OrderItem>,
    }

    OrderItem {
        product_retailer_id: Id,
        quantity: Number,
        item_price: Number,
        currency: Id,
    }

    /// A reaction; without emoji it was removed.
    Reaction {
        message_id: Id,
        emoji: Id,
    }

    /// A change of the person's account.
    System {
        body: Id,
        r#type: Id,
        wa_id: Id,
        user_id: Id,
    }

    Edit {
        original_message_id: Id,
        message: Option<Box<Message>>,
    }

    Revoke {
        original_message_id: Id,
    }

    Unsupported {
        r#type: Id,
    }

    /// The message that a message answers or forwards.
    Context {
        id: Id,
        forwarded: bool,
        frequently_forwarded: bool,
        referred_product: Option<Product>,
    }

    Product {
        product_retailer_id: Id,
    }

    /// The advertisement or post through which the person came.
    Referral {
        source_url: Id,
        source_id: Id,
        source_type: Id,
        headline: Id,
        body: Id,
        ctwa_clid: Id,
    }
}
