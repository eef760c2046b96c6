### Pages with the text of the data processing agreement. The vendor’s lawyer checks them (docs/privacy.md).

legal-link = Data processing agreement
legal-parties = Between the company that uses { $name } with its { $crm } account (“you”) and { $vendor }, { $address } (“we”).
legal-other = The other agreement
legal-contact = Questions: { $email }
legal-version = Version { $version }
legal-gdpr-title = Data processing agreement (GDPR, Article 28)
legal-gdpr-name-subject = Subject and duration
legal-gdpr-text-subject =
    You are the controller of the personal data of your customers and employees. We are the processor: we process the data on your behalf.
    We process it to deliver messages between the messengers that you connect and your { $crm } account, and to show you what happened to each message. The agreement applies from the moment you connect your account until the data is deleted after you leave.
legal-gdpr-name-data = Data and people concerned
legal-gdpr-text-data =
    Customers who write to you: their names, phone numbers, e-mail addresses, pictures and IDs in messengers; their texts, files, locations and reactions; for a chat on your site, the page from which they wrote.
    Your employees: their names, e-mail addresses and roles, and what they did in the panel.
    You do not use { $name } for special categories of personal data (GDPR, Article 9) unless we agreed to that in writing.
legal-gdpr-name-time = How long we keep the data
legal-gdpr-text-time =
    Contents of delivered messages: { $texts_days } days, or fewer if you choose so in the panel. Records of messages without their contents: { $messages_days } days. Files: { $files_days } days. The audit log: { $audit_days } days. Names and IDs of customers: until you erase them or your account is deleted.
legal-gdpr-name-duties = Our obligations
legal-gdpr-text-duties =
    We process the data only on your documented instructions. These are this agreement and the settings that you make in the panel, in the { $crm } window and through the API. If we believe that an instruction breaks the law, we let you know at once.
    Our staff can access the data only as far as their work requires, and are bound to confidentiality. Each time one of them opens your panel, they state a reason, and your audit log records it.
    We help you to answer requests from the people concerned: in the panel and through the API you can export and erase the data of one customer, and you receive a proof of the erasure.
    We help you with data protection impact assessments and with consultations of the supervisory authority as far as they concern our processing.
legal-gdpr-name-security = Security
legal-gdpr-text-security =
    Connections are encrypted. Tokens, secrets and passwords are stored encrypted or as hashes. Accounts are separated from each other. Files can be opened only through signed links that expire. Our staff use two-step sign-in.
legal-gdpr-name-place = Place of processing and sub-processors
legal-gdpr-text-place =
    The data is stored here: { $region }.
    { $crm } and the messengers that you connect receive messages because you decided so. They process them under their own terms with you and are not our sub-processors.
    We engage sub-processors, such as a data centre, only under the same obligations. We send you a list of them on request. We announce each change in advance, and you may object to it. Data leaves the European Economic Area only under the rules of Chapter V of the GDPR.
legal-gdpr-name-breach = Personal data breaches
legal-gdpr-text-breach =
    If your personal data is lost, altered or disclosed to someone who has no right to see it, we notify you without undue delay after we learn of it. We report what we know: what happened, which data and how many people it concerns, and what was done.
legal-gdpr-name-audit = Information and audits
legal-gdpr-text-audit =
    We give you the information that shows that we keep to this agreement. We allow audits by you, or by an auditor whom you name, if they are announced in good time.
legal-gdpr-name-end = End of the agreement
legal-gdpr-text-end =
    Before you leave, you can export the data. It is then deleted in the way you choose: at once in the panel (“Erase all data of this account”), or by us after you write to us. In backups it disappears as they are replaced. If a law requires us to keep some of it, we let you know what we keep and for how long.
legal-fz152-title = Instruction to process personal data (Federal Law No. 152-FZ of Russia, Article 6, part 3)
legal-fz152-name-subject = Subject and purpose
legal-fz152-text-subject =
    You are the operator of the personal data of your customers and employees, and you instruct us to process it. You have a legal ground for this instruction, such as the consent of the people concerned.
    We process the data to deliver messages between the messengers that you connect and your { $crm } account, and to show you what happened to each message.
legal-fz152-name-data = List of personal data
legal-fz152-text-data =
    Customers who write to you: their names, phone numbers, e-mail addresses, pictures and IDs in messengers; their texts, files, locations and reactions; for a chat on your site, the page from which they wrote.
    Your employees: their names, e-mail addresses and roles, and what they did in the panel.
    Special categories of personal data and biometric data are not part of this instruction.
legal-fz152-name-actions = List of actions
legal-fz152-text-actions =
    Collection, recording, systematisation, accumulation, storage, updating, retrieval, use, transfer (to { $crm } and to the messengers that you connect), blocking, erasure and destruction. All of them are automated.
legal-fz152-name-time = How long we keep the data
legal-fz152-text-time =
    Contents of delivered messages: { $texts_days } days, or fewer if you choose so in the panel. Records of messages without their contents: { $messages_days } days. Files: { $files_days } days. The audit log: { $audit_days } days. Names and IDs of customers: until you erase them or your account is deleted.
legal-fz152-name-duties = Our obligations
legal-fz152-text-duties =
    We follow the principles and rules of the law, process the data only for the purpose above, and keep it confidential.
    We comply with Article 18, part 5, and Article 18.1. On your request we send you documents and other information that prove this, also before we begin to process the data.
    We help you to answer requests from the people concerned: in the panel and through the API you can export and erase the data of one customer, and you receive a proof of the erasure.
    You are liable to the people concerned for what we do; we are liable to you.
legal-fz152-name-security = Security
legal-fz152-text-security =
    We protect the data as Article 19 requires. Connections are encrypted. Tokens, secrets and passwords are stored encrypted or as hashes. Accounts are separated from each other. Files can be opened only through signed links that expire. Our staff use two-step sign-in.
legal-fz152-name-place = Place of processing
legal-fz152-text-place =
    The databases are here: { $region }.
    Some messengers are outside Russia. If you connect one of them, you transfer data across the border: you decide about this and notify the authority as Article 12 requires.
legal-fz152-name-breach = Incidents
legal-fz152-text-breach =
    If personal data was transferred unlawfully or by accident and this affects the rights of people, we notify you at once, so that you can notify the authority of the incident within 24 hours and of the results of the investigation within 72 hours (Article 21, part 3.1).
legal-fz152-name-end = End of the instruction
legal-fz152-text-end =
    The instruction ends when you disconnect the account. You can export the data first. It is then destroyed: at once in the panel (“Erase all data of this account”), or by us at your written request. In backups it disappears as they are replaced.
