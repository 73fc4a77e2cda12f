// perspective-api-client: its address is a constant, so an axios interceptor changes the host.
const axios = require('axios')
const Perspective = require('perspective-api-client')

async function main([port, key]) {
  axios.interceptors.request.use((config) => {
    const url = config.url.replace('https://commentanalyzer.googleapis.com', `http://127.0.0.1:${port}`)
    return { ...config, url }
  })
  const client = new Perspective({ apiKey: key })
  const failed = (promise) => promise.then(() => 'no error', (error) => error.message)
  const text = 'Terima kasih <b>resepnya</b>'
  const six = ['toxicity', 'severe_toxicity', 'identity_attack', 'insult', 'profanity', 'threat']
  const all = await client.analyze(text, { attributes: six })
  const said = {
    one: Object.keys((await client.analyze(text)).attributeScores),
    all: Object.keys(all.attributeScores),
    value: typeof all.attributeScores.THREAT.summaryScore.value,
    unknown: await failed(client.analyze(text, { attributes: ['nonsense'] })),
    empty: await failed(client.analyze('', { validate: false })),
    languages: await failed(client.analyze({
      comment: { text }, languages: ['zu'], requestedAttributes: { TOXICITY: {} }
    })),
    key: await failed(new Perspective({ apiKey: 'wrong' }).analyze(text))
  }
  console.log(JSON.stringify(said))
}

main(process.argv.slice(2)).catch((error) => { console.error(error); process.exit(1) })
