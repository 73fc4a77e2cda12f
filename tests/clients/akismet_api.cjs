// akismet-api: the key goes in front of the host; only protocol, host and DNS are changed.
const dns = require('dns')

// Any name is this machine, as a wildcard record would have it.
dns.lookup = (name, options, done) => {
  const found = { address: '127.0.0.1', family: 4 }
  if (options.all) done(null, [found])
  else (done || options)(null, found.address, found.family)
}
const { AkismetClient } = require('akismet-api')

async function main([port, key]) {
  const client = new AkismetClient({
    key, blog: 'https://blog.example', protocol: 'http', host: `saring.example:${port}`
  })
  const wrong = new AkismetClient({ key: '000000000000', blog: 'https://blog.example',
    protocol: 'http', host: `saring.example:${port}` })
  const ham = { ip: '203.0.113.7', name: 'Budi', content: 'Terima kasih resepnya dari Node' }
  const spam = { ...ham, content: 'saring-test-reject' }
  const held = { ...ham, content: 'saring-test-hold' }
  const said = {
    verified: await client.verifyKey(),
    wrong: await wrong.verifyKey(),
    ham: await client.checkSpam(ham),
    spam: await client.checkSpam(spam),
    held: await client.checkSpam(held),
    trigger: await client.checkSpam({ ...ham, name: 'viagra-test-123' }),
    trap: await client.checkSpam({ ...ham, content: 'terisi', honeypot: 'isi' }),
    refused: await client.checkSpam({ content: 'x' }).catch((error) => error.message),
    reported: (await client.submitSpam(ham)).text,
    after: await client.checkSpam(ham),
    restored: (await client.submitHam(ham)).text,
    again: await client.checkSpam(ham)
  }
  console.log(JSON.stringify(said))
}

main(process.argv.slice(2)).catch((error) => { console.error(error); process.exit(1) })
