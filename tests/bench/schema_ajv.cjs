// node schema_ajv.cjs SCHEMA DOCUMENTS: compile with ajv once (strict off,
// formats on) and validate every line of DOCUMENTS, as JSON, again and again.
// Prints `compile MS`, `evaluate NS` (per document) and `refused N`. Packages
// ajv, ajv-formats and ajv-draft-04, found through NODE_PATH.
'use strict'
const fs = require('fs')
const path = require('path')

const [file, documents] = process.argv.slice(2)
const folder = path.dirname(file)
const schema = JSON.parse(fs.readFileSync(file, 'utf8'))
const lines = fs.readFileSync(documents, 'utf8').split('\n').filter(Boolean)
const instances = lines.map((line) => JSON.parse(line))

function validatorClass(uri) {
  if (/draft-0[34]/.test(uri)) return require('ajv-draft-04')
  if (/2019-09/.test(uri)) return require('ajv/dist/2019')
  if (/2020-12/.test(uri)) return require('ajv/dist/2020')
  return require('ajv')
}

// References to URLs stand for the file of the same last part.
async function loadSchema(uri) {
  const name = uri.replace(/#.*/, '').split('/').pop()
  const place = path.join(folder, name.replace(/(\.json)?$/, '.json'))
  const loaded = JSON.parse(fs.readFileSync(place, 'utf8'))
  delete loaded.$schema
  return loaded
}

function make(unicodeRegExp) {
  const module = validatorClass(schema.$schema || '')
  const Ajv = module.default || module
  const ajv = new Ajv({
    strict: false, logger: false, validateFormats: true, allErrors: false,
    validateSchema: false, unicodeRegExp, loadSchema,
  })
  require('ajv-formats')(ajv)
  return ajv
}

async function compile() {
  try {
    return await make(true).compileAsync(schema)
  } catch (error) {
    return await make(false).compileAsync(schema)
  }
}

function cpu() {
  const used = process.cpuUsage()
  return (used.user + used.system) * 1e3
}

// Nanoseconds a document: the median of several rounds, the first thrown away.
function measure(validate) {
  const rounds = []
  for (let round = 0; round < 12; round++) {
    const start = cpu()
    let passes = 0
    do {
      for (let i = 0; i < 200; i++, passes++)
        for (const instance of instances) validate(instance)
    } while (cpu() - start < 30e6)
    rounds.push((cpu() - start) / passes / instances.length)
  }
  const kept = rounds.slice(3).sort((a, b) => a - b)
  return kept[kept.length >> 1]
}

async function main() {
  make(true).compile({ type: 'object' })
  const start = cpu()
  const validate = await compile()
  console.log(`compile ${((cpu() - start) / 1e6).toFixed(3)}`)
  const refused = instances.filter((instance) => !validate(instance)).length
  console.log(`refused ${refused}`)
  if (instances.length) console.log(`evaluate ${measure(validate).toFixed(1)}`)
}

main().catch((error) => {
  console.log(`failed ${String(error.message).split('\n')[0].slice(0, 100)}`)
})
