# Machine-made: no native has read it yet.

### O caminho de volta de uma venda

nav-sales = Vendas
sales-title = Vendas
sales-lead = Quando um lead com chat é ganho no { $crm }, estes destinos recebem a venda e de onde veio o cliente. Cada lead é informado uma única vez, mesmo que seja reaberto e ganho de novo.
sales-on = Informar os leads ganhos a este destino
sales-about-webhook = O seu próprio programa recebe um “lead.won” assinado no endereço do webhook de Alertas.
sales-about-meta = Uma compra de um cliente que chegou por um anúncio ao WhatsApp, Messenger ou Instagram. A Meta aceita vendas dos últimos 7 dias.
sales-about-metrica = Uma conversão offline de um visitante do chat do seu site. O Metrica a associa a uma visita dos últimos 21 dias.
sales-field-dataset_id = ID do conjunto de dados
sales-field-counter_id = Número da tag
sales-field-goal = ID da meta
sales-field-token = Token de acesso
sales-meta-dataset_id-hint = No Meta Events Manager, nas configurações do conjunto de dados.
sales-meta-token-hint = Um token de usuário do sistema com acesso ao conjunto de dados.
sales-metrica-counter_id-hint = O número ao lado do nome da tag no Metrica.
sales-metrica-goal-hint = O evento de uma meta do tipo “Evento JavaScript”.
sales-metrica-token-hint = Um token do Yandex ID com direito de gravar nesta tag.
sales-token-kept = Há um token salvo. Deixe o campo vazio para mantê-lo.
sales-last = As últimas vendas
sales-none = Desde que um destino foi ativado, nenhum lead com chat foi ganho no { $crm }.
sales-col-lead = Lead
sales-col-won = Ganho
sales-col-price = Valor
sales-col-told = Destinos
sales-again = Enviar de novo
sales-again-done = Está sendo enviado de novo.
sales-preview = Simulação
sales-preview-title = Simulação: as últimas vendas
sales-preview-lead = O que cada destino receberia sobre os últimos leads ganhos, no máximo dez. Nada é enviado.
sales-preview-failed = O { $crm } não devolveu a lista de leads.
sales-preview-none = Nos últimos 30 dias nenhum lead com chat foi ganho.
sales-preview-sent = Seria enviado
sales-preview-skipped = Não seria enviado
sales-preview-older = A última venda em “Vendas” foi ganha em { $date }; a simulação olha 30 dias para trás.
sales-preview-gone = O { $crm } não mostra mais como ganhos os leads de “Vendas”: talvez tenham sido reabertos ou excluídos.
sale-target-webhook = Seu webhook
sale-target-meta = Meta Conversions API
sale-target-metrica = Yandex Metrica
sale-state-waiting = Ainda não aceito
sale-state-sent = Enviado
sale-state-refused = Recusado
sale-state-skipped = Não enviado
sale-skip-no_origin = Nenhum chat deste cliente tem um ID que o destino conheça.
sale-skip-too_old = A Meta não aceita vendas com mais de 7 dias.
sale-skip-switched_off = O destino foi desativado.
